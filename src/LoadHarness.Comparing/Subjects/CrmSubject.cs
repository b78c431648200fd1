using LoadHarness.Comparing.Arms;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Postgres.Migration;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Scenarios;
using LoadHarness.Seeding;

namespace LoadHarness.Comparing.Subjects;

/// <summary>The CRM: two forms of its schema with the same seeded rows.</summary>
public sealed class CrmSubject(SeedRequest request, ServerProfile profile, bool keep) : ComparedSubject
{
    /// <summary>
    /// A seeded cluster to copy, of the request's scale; null to make one, or to take the kept one. It stays the caller's.
    /// </summary>
    public SeededTemplate? Template { get; init; }

    public override long Contacts => request.Contacts;

    public override ulong Seed => request.Seed;

    internal override Task<ComparedArms> StartAsync(
        ArmSpecification a, ArmSpecification b, PlantedFault? planted, IStageProgress progress, CancellationToken cancellationToken) =>
        ComparedArms.MakeAsync(async arms =>
        {
            foreach (var arm in new[] { a, b }) await ArmCluster.RequireAsync(arm, cancellationToken);
            var sqlA = arms.Own(await SqlFolder.OfAsync(a.Schema, cancellationToken));
            var sqlB = arms.Own(await SqlFolder.OfAsync(b.Schema, cancellationToken));
            // The program's own workload asks: a pinned revision has not what came after it.
            arms.Lacking = [.. LackedBy("A", sqlA), .. LackedBy("B", sqlB)];
            // Rows are seeded over the program's own migrations: two arms of an earlier revision have others, equal as they are.
            var own = MigrationFiles.Read();
            var rebuild = a.Schema is ArmSchema.Base || b.Schema is ArmSchema.Base
                || new[] { sqlA, sqlB }.Any(sql => !HaveEqualMigrations(sql.Migrations, own));
            if (Template is null)
                foreach (var (arm, sql) in new[] { (a, sqlA), (b, sqlB) }.Where(one => one.Item1.NamesItsSchema))
                    await ArmTrial.RunAsync(request, profile, arm, sql, rebuild, progress, cancellationToken);
            var templateA = Template ?? arms.Own(await TemplateAsync(a.ServerVersion));
            var templateB = a.ServerVersion == b.ServerVersion ? templateA : arms.Own(await TemplateAsync(b.ServerVersion));
            var (factoryA, factoryB) = (
                new CrmArmFactory(templateA, sqlA, rebuild), new CrmArmFactory(templateB, sqlB, rebuild) { Planted = planted });
            await arms.StartAsync(
                async stop => await factoryA.StartAsync("A", a, progress, stop),
                async stop => await factoryB.StartAsync("B", b, progress, stop), cancellationToken);

            Task<SeededTemplate> TemplateAsync(int? version) =>
                SeededTemplate.MakeAsync(
                    request with { Copies = PlannedCopies.None with { Servers = 2 } }, profile, version, keep, progress, cancellationToken);
        });

    private static IEnumerable<OperationFault> LackedBy(string arm, SqlFolder sql) =>
        CrmReads.LackedBy(sql.Queries).Select(lacked => new OperationFault(lacked.Operation, $"{arm} has no statement {lacked.Statement}"));

    private static bool HaveEqualMigrations(MigrationFiles a, MigrationFiles b) => Steps(a).SequenceEqual(Steps(b));

    private static IEnumerable<string> Steps(MigrationFiles files) =>
        files.Migrations.SelectMany(migration => migration.Up.Select(step => $"{migration.Name}/{step.Name} {step.Checksum}"));
}
