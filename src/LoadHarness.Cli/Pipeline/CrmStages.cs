using System.Runtime.CompilerServices;
using LoadHarness.Checks.Verification;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Distribution;
using LoadHarness.Postgres.Migration;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Scenarios.Profiles;
using LoadHarness.Seeding;
using Npgsql;

namespace LoadHarness.Cli.Pipeline;

/// <summary>The stages of a run on the CRM. Each takes what stages before it made, and gives a record.</summary>
internal static class CrmStages
{
    // As its job does on the 1st of each month: a copy that was kept has not seen one.
    private const string MonthsAhead = "select create_monthly_partitions()";

    public static async Task<Provisioned> DatabaseAsync(StageContext context, CancellationToken cancellationToken)
    {
        (await PlaceAsync(context, cancellationToken))?.Require();
        var provisioned = await DatabaseStage.ProvisionAsync(context, Request(context), cancellationToken);
        return provisioned with { Warnings = [.. Missing(provisioned.Database.Server)] };
    }

    public static async Task<Migrated> SchemaAsync(StageContext context, Database database, CancellationToken cancellationToken)
    {
        context.Terminal.Heading("schema");
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        var schema = await context.StageAsync(
            "schema", progress => new Migrator(admin).BuildAsync(progress, cancellationToken),
            version => string.Join(", ", version.Applied));
        return new(schema.Value) { Timing = schema.Timing };
    }

    public static async Task<Seeded> SeedAsync(StageContext context, Database database, CancellationToken cancellationToken)
    {
        var (options, terminal) = (context.Options, context.Terminal);
        terminal.Heading($"seed ({options.Contacts:N0} leads{(options.Spread.IsOne() ? "" : $" {options.Spread.Words()}")}, seed "
            + $"{options.Seed})");
        var rows = await RowsAsync(context, database, cancellationToken);
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        var seeded = await context.StageAsync(
            "seed", progress => new Seeder(admin).SeedAsync(rows, progress, cancellationToken),
            manifest => manifest.Reused
                ? $"reused, checksum {manifest.Checksum}"
                : $"{manifest.Tables.Sum(table => table.Rows):N0} rows, checksum {manifest.Checksum}");
        if (seeded.Value.Reused) terminal.Line("   Reusing the seeded database of an earlier run: nothing was generated.");
        if (database.IsPrivate && context.Rows.Remark(seeded.Value.SeededAtMonth) is not null)
            await admin.ExecuteAsync(MonthsAhead, cancellationToken);
        var found = await FoundAsync(context, admin, seeded.Value, cancellationToken);
        return new(seeded.Value with { Found = found })
        {
            Timing = seeded.Timing,
            Warnings = [.. WarningsOf(context, seeded.Value, found).OfType<string>()],
        };
    }

    /// <summary>What is asked for, with the server that it is for, and what has to find room there besides the rows.</summary>
    public static async Task<SeedRequest> RowsAsync(StageContext context, Database database, CancellationToken cancellationToken)
    {
        var rows = context.Rows with { Server = database.Server.Provisioning };
        return await PlaceAsync(context, cancellationToken) is { } place ? rows with { Copies = new(place.Directory, 0) } : rows;
    }

    // That there are fewer rows makes the run invalid, which its judgement says.
    private static IEnumerable<string?> WarningsOf(StageContext context, SeedManifest seed, FoundRows? found) =>
    [
        found?.More(),
        context.Rows.Remark(seed.SeededAtMonth),
        context.Options.Baseline?.Seed is { } baseline && baseline.SeededAtMonth != seed.SeededAtMonth
            ? $"The newest month of the baseline's rows is {baseline.SeededAtMonth:yyyy-MM}, of this run's {seed.SeededAtMonth:yyyy-MM}."
            : null,
    ];

    // A private server starts from a copy of what was kept, before any scenario.
    private static async Task<FoundRows?> FoundAsync(
        StageContext context, NpgsqlDataSource admin, SeedManifest seed, CancellationToken cancellationToken)
    {
        if (!seed.Reused || context.Options.Database is not DatabaseTarget.Given) return null;
        var found = await SeedReuse.CountAsync(admin, seed, cancellationToken);
        foreach (var sentence in (string?[])[found.Fewer(), found.More()])
            if (sentence is not null) context.Terminal.Line($"   {sentence}");
        return found;
    }

    /// <summary>Saves the freshly seeded cluster for a later <c>--reuse</c>, before any scenario changes a row.</summary>
    public static async Task<Done> KeepAsync(StageContext context, Database database, CancellationToken cancellationToken)
    {
        if (!context.Options.Keep || database.DataDirectory is null) return new();
        context.Terminal.Heading("keep");
        var binaries = await PostgresBinaries.FindAsync(cancellationToken)
            ?? throw new HarnessException(
                "--keep: the PostgreSQL programs that made this cluster can no longer be found. Put them on the PATH.");
        var snapshot = SnapshotFor(context, binaries.MajorVersion);
        var saved = snapshot.Exists ? null : await Staged.MeasureAsync(
            "keep",
            async () =>
            {
                await snapshot.SaveAsync(database.AdminConnectionString, binaries, cancellationToken);
                return snapshot.Directory;
            },
            directory => directory);
        context.Terminal.Line($"   The seeded database is kept in {snapshot.Directory}; start from it with --reuse.");
        var others = context.Rows.KeptMonths(binaries.MajorVersion).Select(rows => rows.SnapshotFor(binaries.MajorVersion))
            .Where(other => other != snapshot).Select(other => other.Directory).ToList();
        if (others.Count > 0)
            context.Terminal.Line($"   Rows of other months are kept as well; delete what you do not need: {string.Join(", ", others)}");
        return new() { Timing = saved?.Timing };
    }

    /// <summary>As <see cref="KeepAsync"/>. A load does without the copy: where it could not be saved, that is a warning.</summary>
    public static async Task<Done> TryKeepAsync(StageContext context, Database database, CancellationToken cancellationToken)
    {
        try
        {
            return await KeepAsync(context, database, cancellationToken);
        }
        catch (HarnessException fault)
        {
            var warning = $"Nothing was kept for --reuse. {fault.Message}";
            context.Terminal.Line($"   {warning}");
            return new() { Warnings = [warning] };
        }
    }

    public static async IAsyncEnumerable<StageRecord> LoadAsync(
        StageContext context, Database database, SeedManifest seed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ClusterTraps.RequireNoneAsync(database.AdminConnectionString, cancellationToken);
        var profile = ProfileCatalog.Read(context.Options.Profile);
        context.Terminal.Heading($"run (profile {profile.Name}: {profile.Description})");
        var parts = CrmLoad.MeasureAsync(context, profile, database, seed, cancellationToken).TimedAsync("run");
        await foreach (var part in parts) yield return part;
    }

    public static async Task<Verified> VerifyAsync(StageContext context, Database database, CancellationToken cancellationToken)
    {
        context.Terminal.Heading("verify");
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        var rows = await Staged.MeasureAsync(
            "verify", () => Verifier.RunAsync(admin, database.Server, cancellationToken), checklist => $"{checklist.Count} lines");
        return new(rows.Value) { Timing = rows.Timing };
    }

    /// <summary>Where the seeded cluster will be kept; null where it will not, or where it lies there already.</summary>
    private static async Task<ClusterSnapshot?> PlaceAsync(StageContext context, CancellationToken cancellationToken) =>
        context.Options is { Keep: true, Database: DatabaseTarget.Native }
            && await PostgresBinaries.FindAsync(cancellationToken) is { } binaries
            && SnapshotFor(context, binaries.MajorVersion) is { Exists: false } place
                ? place
                : null;

    /// <summary>Where the rows are kept: with <c>--reuse</c> those of an earlier month, where there are none of this one.</summary>
    private static ClusterSnapshot SnapshotFor(StageContext context, int serverMajorVersion) =>
        (context.Options.Reuse ? context.Rows.AsKept(serverMajorVersion) : context.Rows).SnapshotFor(serverMajorVersion);

    // A native cluster is kept as a snapshot taken before the scenarios change its rows, so the server itself need not stay.
    private static DatabaseRequest Request(StageContext context)
    {
        var options = context.Options;
        return new(options.Database, options.ServerProfile, options.Keep && options.Database is DatabaseTarget.Container, options.Force)
        {
            CrmSchema = true,
            Exclusive = true,
            DeletesRows = options.Force,
            DeletesForeignRows = options.DeleteAllRows,
            ExtraSettings = options.WithoutExtensions is { } names ? new Dictionary<string, string>
            {
                ["loadharness.without_extensions"] = names,
            } : new(),
            Snapshot = options.Reuse ? version => SnapshotFor(context, version) : null,
        };
    }

    private static IEnumerable<string> Missing(ServerEnvironment server) => server.Capabilities
        .Where(capability => !capability.Available)
        .Select(capability => $"{capability.Name} is not available; what needs it is not judged. {capability.Remedy}");
}
