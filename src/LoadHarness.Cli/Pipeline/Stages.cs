using LoadHarness.Checks.Verification;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Postgres.Distribution;
using LoadHarness.Postgres.Migration;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Scenarios.Profiles;
using LoadHarness.Seeding;
using Npgsql;

namespace LoadHarness.Cli.Pipeline;

/// <summary>The stages of a run. Each takes what the stage before produced, and leaves its own result in the record.</summary>
public static class Stages
{
    public static async Task<Database> DatabaseAsync(
        RunRecord record, TerminalOutput terminal, HarnessOptions options, CancellationToken cancellationToken)
    {
        terminal.Heading($"database ({options.Database})");
        var database = await record.StageAsync(
            "database",
            () => terminal.WithProgressAsync(progress => Provisioner.ProvisionAsync(Request(options), progress, cancellationToken)),
            made => $"{made.Server.Provisioning}, PostgreSQL {made.Server.Version}");
        terminal.Line($"   PostgreSQL {database.Server.Version} ({database.Server.Provisioning}) at {database.Server.Endpoint}");
        record.Add(run => run with { Server = database.Server, Warnings = [.. run.Warnings, .. Missing(database.Server)] });
        return database;
    }

    public static async Task SchemaAsync(RunRecord record, TerminalOutput terminal, Database database, CancellationToken cancellationToken)
    {
        terminal.Heading("schema");
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        var schema = await record.StageAsync(
            "schema",
            () => terminal.WithProgressAsync(progress => new Migrator(admin).BuildAsync(progress, cancellationToken)),
            version => string.Join(", ", version.Applied));
        record.Add(run => run with { Schema = schema });
    }

    public static async Task<SeedManifest> SeedAsync(
        RunRecord record, TerminalOutput terminal, HarnessOptions options, Database database, CancellationToken cancellationToken)
    {
        terminal.Heading($"seed ({options.Contacts:N0} leads{(options.Spread.IsOne() ? "" : $" {options.Spread.Words()}")}, seed "
            + $"{options.Seed})");
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        var manifest = await record.StageAsync(
            "seed",
            () => terminal.WithProgressAsync(progress => new Seeder(admin).SeedAsync(Wanted(options), progress, cancellationToken)),
            seeded => seeded.Reused
                ? $"reused, checksum {seeded.Checksum}"
                : $"{seeded.Tables.Sum(table => table.Rows):N0} rows, checksum {seeded.Checksum}");
        record.Add(run => run with { Seed = manifest });
        if (manifest.Reused) terminal.Line("   Reusing the seeded database of an earlier run: nothing was generated.");
        if (manifest.Invariants.FirstOrDefault(invariant => !invariant.Holds) is { } broken)
            throw new HarnessException($"The seeded data breaks the invariant '{broken.Name}': {broken.Evidence}. Seed a fresh database.");
        return manifest;
    }

    /// <summary>Saves the freshly seeded cluster for a later <c>--reuse</c>, before any scenario changes a row.</summary>
    public static async Task KeepAsync(
        RunRecord record, TerminalOutput terminal, HarnessOptions options, Database database, CancellationToken cancellationToken)
    {
        if (!options.Keep || database.DataDirectory is null) return;
        terminal.Heading("keep");
        var binaries = await PostgresBinaries.FindAsync(cancellationToken)
            ?? throw new HarnessException(
                "--keep: the PostgreSQL programs that made this cluster can no longer be found. Put them on the PATH.");
        var snapshot = SnapshotOf(options, binaries.MajorVersion);
        if (!snapshot.Exists)
            await record.StageAsync("keep",
                async () => { await snapshot.SaveAsync(database.AdminConnectionString, binaries, cancellationToken); return snapshot; },
                    saved => saved.Directory);
        terminal.Line($"   The seeded database is kept in {snapshot.Directory}; start from it with --reuse.");
    }

    public static async Task RunAsync(
        RunRecord record, TerminalOutput terminal, HarnessOptions options, Database database, SeedManifest seed,
            CancellationToken cancellationToken)
    {
        await ClusterTraps.RequireNoneAsync(database.AdminConnectionString, cancellationToken);
        var profile = ProfileCatalog.Read(options.Profile);
        terminal.Heading($"run (profile {profile.Name}: {profile.Description})");
        await record.StageAsync(
            "run",
            () => ScenarioRun.MeasureAsync(record, terminal, options, profile, database, seed, cancellationToken),
            scenarios => $"{scenarios.Count} scenarios");
    }

    public static async Task VerifyAsync(RunRecord record, TerminalOutput terminal, Database database, CancellationToken cancellationToken)
    {
        terminal.Heading("verify");
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        var rows = await record.StageAsync(
            "verify", () => Verifier.RunAsync(admin, database.Server, cancellationToken), checklist => $"{checklist.Count} lines");
        record.Add(run => run with { Checklist = rows });
    }

    private static SeedRequest Wanted(HarnessOptions options) => new(options.Contacts, options.Seed, Environment.ProcessorCount)
    {
        Spread = options.Spread,
        Replace = options.Force,
        ReplaceForeignRows = options.DeleteAllRows,
    };

    private static ClusterSnapshot SnapshotOf(HarnessOptions options, int serverMajorVersion) =>
        Wanted(options).SnapshotFor(serverMajorVersion);

    // A native cluster is kept as a snapshot taken before the scenarios change its rows, so the server itself need not stay.
    private static DatabaseRequest Request(HarnessOptions options) =>
        new(options.Database, options.ServerProfile, options.Keep && options.Database is DatabaseTarget.Container,
            options.Force)
        {
            DeletesRows = options.Force,
            DeletesForeignRows = options.DeleteAllRows,
            ExtraSettings = options.WithoutExtensions is { } names ? new Dictionary<string, string>
            {
                ["loadharness.without_extensions"] = names,
            } : new(),
            Snapshot = options.Reuse ? major => SnapshotOf(options, major) : null,
        };

    private static IEnumerable<string> Missing(ServerEnvironment server) => server.Capabilities
        .Where(capability => !capability.Available)
        .Select(capability => $"{capability.Name} is not available; what needs it is not judged. {capability.Remedy}");
}
