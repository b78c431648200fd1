using LoadHarness.Comparing.Arms;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Statistics;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Workloads;
using LoadHarness.Workloads.Running;
using LoadHarness.Workloads.Seeding;
using Npgsql;

namespace LoadHarness.Comparing.Subjects;

/// <summary>A workload of one's own: each arm is a copy of a private server that the workload's set-up and seed have filled.</summary>
/// <param name="scenarios">Names of those that are compared.</param>
public sealed class WorkloadSubject(
    Workload workload, IReadOnlyList<string> scenarios, ServerProfile profile, ulong seed, bool keep) : ComparedSubject
{
    public override long Contacts => 0;

    public override ulong Seed => seed;

    public override string Workload => $"{workload.Name} {workload.Checksum}";

    internal override Task<ComparedArms> StartAsync(
        ArmSpecification a, ArmSpecification b, PlantedFault? planted, IStageProgress progress, CancellationToken cancellationToken) =>
        ComparedArms.MakeAsync(async arms =>
        {
            foreach (var arm in new[] { a, b }) await ArmCluster.RequireAsync(arm, cancellationToken);
            var folderA = arms.Own(await WorkloadFolder.OfAsync(workload, a.Schema, cancellationToken));
            var folderB = arms.Own(await WorkloadFolder.OfAsync(workload, b.Schema, cancellationToken));
            var common = CommonOperations.Of(workload, folderA.Workload, folderB.Workload, scenarios);
            arms.Scenarios = [.. common.A.File.Scenarios.Keys];
            arms.NotCompared = common.NotCompared;
            // Before minutes of seeding: whether they answer, and whether another run is there. From then on none comes.
            var held = new List<RunLock>();
            foreach (var given in new[] { a, b }.Where(IsGiven))
                if (await HoldAsync(given, held, progress, cancellationToken) is { } taken) held.Add(arms.Own(taken));
            foreach (var (folder, arm) in new[] { (folderA, a), (folderB, b) }) await TryAsync(folder.Workload, arm, cancellationToken);
            var isOne = a.ServerVersion == b.ServerVersion && folderA.Workload.Content == folderB.Workload.Content && !IsGiven(a);
            var templateA = await OwnedTemplateAsync(folderA, a);
            var templateB = isOne && !IsGiven(b) ? templateA : await OwnedTemplateAsync(folderB, b);
            await arms.StartAsync(
                stop => ArmAsync("A", a, templateA, common.A, null, progress, stop),
                stop => ArmAsync("B", b, templateB, common.B, planted, progress, stop), cancellationToken);

            async Task<ClusterTemplate?> OwnedTemplateAsync(WorkloadFolder folder, ArmSpecification arm) =>
                IsGiven(arm) ? null : arms.Own(await TemplateAsync(folder, arm, progress, cancellationToken));
        });

    /// <summary>Reads an arm's folder, to know before anything is made whether it is there.</summary>
    /// <exception cref="HarnessException">The revision or the folder is not there, or is no workload.</exception>
    public static async Task RequireAsync(Workload own, ArmSpecification arm, CancellationToken cancellationToken)
    {
        await using var folder = await WorkloadFolder.OfAsync(own, arm.Schema, cancellationToken);
    }

    private Task<ClusterTemplate> TemplateAsync(
        WorkloadFolder folder, ArmSpecification arm, IStageProgress progress, CancellationToken cancellationToken)
    {
        var content = TextHash.Of($"{seed} {folder.Workload.Content}", 16);
        return ClusterTemplate.MakeAsync(
            profile, arm.ServerVersion, keep, version => ClusterSnapshot.Of($"workload-{content}", version), FillAsync, progress,
            cancellationToken);

        async Task FillAsync(Database database)
        {
            var filled = folder.Workload;
            await SetUpAsync(filled, database, cancellationToken);
            // One after the other: rows in another order on the disk would be a difference between two arms.
            if (filled.File.Seed is { Count: > 0 })
                await TableSeeder.SeedAsync(filled, database.AdminConnectionString, seed, progress, cancellationToken, workers: 1);
            await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
            await admin.ExecuteAsync("vacuum (analyze)", cancellationToken);
        }
    }

    private static async Task SetUpAsync(Workload filled, Database database, CancellationToken cancellationToken)
    {
        if (filled.SetUp.Count > 0)
            await SqlScript.RunAsync(
                database.AdminConnectionString, Path.Combine(filled.Folder, filled.File.SetUp!), filled.SetUp, cancellationToken);
    }

    // Only the set-up tells whether it has an index. Without a seed it is all that there is to wait for.
    private async Task TryAsync(Workload filled, ArmSpecification arm, CancellationToken cancellationToken)
    {
        if (!arm.NamesItsSchema || filled.File.Seed is not { Count: > 0 }) return;
        var wanted = new DatabaseRequest(new DatabaseTarget.Native(), profile, Keep: false, Force: false)
        {
            ExtraSettings = ArmCluster.SettingsOf(arm),
            ServerVersion = arm.ServerVersion,
        };
        await using var database = await Provisioner.ProvisionAsync(wanted, SilentProgress.Instance, cancellationToken);
        await SetUpAsync(filled, database, cancellationToken);
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        try
        {
            await ArmCluster.ShapeAsync(admin, arm, null, cancellationToken);
        }
        catch (HarnessException fault) when (fault.InnerException is PostgresException refused && !ArmCluster.IsOfWords(refused))
        {
            // A file that wants rows says nothing on empty tables.
        }
    }

    private async Task<ArmServer> ArmAsync(
        string name, ArmSpecification specification, ClusterTemplate? template, Workload operations, PlantedFault? planted,
        IStageProgress progress, CancellationToken cancellationToken)
    {
        var database = template is null
            ? await GivenAsync(specification, progress, cancellationToken)
            : await ArmCluster.StartAsync(template, specification, progress, cancellationToken);
        try
        {
            await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
            // Somebody's own database is measured as it is.
            if (template is not null) await ArmCluster.ShapeAsync(admin, specification, planted, cancellationToken);
            return new WorkloadArm(name, specification, database, operations, seed, planted);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    private async Task<RunLock?> HoldAsync(
        ArmSpecification given, List<RunLock> held, IStageProgress progress, CancellationToken cancellationToken)
    {
        await using var database = await GivenAsync(given, progress, cancellationToken);
        return await RunLock.TakeAsync(new(database.AdminConnectionString), held, progress, cancellationToken);
    }

    private Task<Database> GivenAsync(ArmSpecification specification, IStageProgress progress, CancellationToken cancellationToken) =>
        Provisioner.ProvisionAsync(
            new(new DatabaseTarget.Given(((ArmSchema.Given)specification.Schema).ConnectionString), profile, Keep: false, Force: true),
                progress,
            cancellationToken);

    private static bool IsGiven(ArmSpecification arm) => arm.Schema is ArmSchema.Given;
}
