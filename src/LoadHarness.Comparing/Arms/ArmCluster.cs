using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.Comparing.Arms;

/// <summary>What every arm is: a server of its own on a copy of a filled cluster, and what an arm's words change on it.</summary>
internal static class ArmCluster
{
    /// <summary>What would change an arm behind the comparison's back, and what lets its counters see into functions.</summary>
    private static readonly Dictionary<string, string> Quiet = new()
    {
        ["autovacuum"] = "off",
        ["pg_stat_statements.track"] = "all",
        ["pg_stat_statements.max"] = "5000",
        // A checkpoint in one slot and none in its twin would be a difference of its own.
        ["checkpoint_timeout"] = "1d",
        ["max_wal_size"] = "16GB",
        // Before 1.5 pg_cron does not have it.
        ["cron.launch_active_jobs"] = "off",
        // The machine may have them left for one arm and not for the other.
        ["huge_pages"] = "off",
    };

    // The jobs of each minute would be counted with whatever turn they end in, and in no turn of the twin. They stay on record.
    private const string RestJobs =
        """
        do $$ begin
            if exists (select from pg_extension where extname = 'pg_cron') then
                update cron.job set active = false where active;
            end if;
        end $$
        """;

    /// <summary>Looks before anything is made whether what the arm's words name is there.</summary>
    /// <exception cref="HarnessException">A file, a program or a version of the server is not, or a file or a setting is wrong.</exception>
    public static async Task RequireAsync(ArmSpecification specification, CancellationToken cancellationToken)
    {
        foreach (var file in specification.SqlFiles) ArmScript.Read(file);
        if (specification.Pooler && PgBouncer.Find() is null)
            throw new HarnessException($"pooler=pgbouncer: {PgBouncer.HowToGetIt}", ExitCode.BadUsage);
        if (specification.ServerVersion is { } version && await PostgresBinaries.FindAsync(version, cancellationToken) is null)
            throw new HarnessException(
                $"server={version}: there is no PostgreSQL {version} on this machine. Install it, or put its programs on the PATH.",
                ExitCode.BadUsage);
        await RequireSettingsAsync(specification, cancellationToken);
    }

    private static async Task RequireSettingsAsync(ArmSpecification specification, CancellationToken cancellationToken)
    {
        if (specification.Settings.Count == 0) return;
        var binaries = await PostgresBinaries.RequireAsync(specification.ServerVersion, cancellationToken);
        var faults = await SettingsCheck.FaultsAsync(binaries, specification.Settings, cancellationToken);
        if (faults.Count > 0)
            throw new HarnessException(Redaction.Of(string.Join(Environment.NewLine, faults)), ExitCode.BadUsage);
    }

    /// <summary>Settings on top of the profile's: those of every arm, and its own.</summary>
    public static IReadOnlyDictionary<string, string> SettingsOf(ArmSpecification specification)
    {
        var settings = new Dictionary<string, string>(Quiet);
        foreach (var (setting, value) in specification.Settings) settings[setting] = value;
        return settings;
    }

    /// <exception cref="HarnessException">The server did not start with these settings.</exception>
    public static Task<Database> StartAsync(
        ClusterTemplate template, ArmSpecification specification, IStageProgress progress, CancellationToken cancellationToken)
    {
        var request = new DatabaseRequest(new DatabaseTarget.Native(), template.Profile, Keep: false, Force: false)
        {
            Snapshot = _ => template.Snapshot,
            ExtraSettings = SettingsOf(specification),
            ServerVersion = template.ServerVersion,
        };
        return Provisioner.ProvisionAsync(request, progress, cancellationToken);
    }

    /// <summary>Drops the indexes that the arm is to be without, runs its files, plants the fault and lets its jobs rest.</summary>
    /// <exception cref="HarnessException">An index is not there, or the server refused a file.</exception>
    public static async Task ShapeAsync(
        NpgsqlDataSource admin, ArmSpecification specification, PlantedFault? planted, CancellationToken cancellationToken)
    {
        await using var connection = await admin.OpenConnectionAsync(cancellationToken);
        var later = new List<string>();
        foreach (var index in specification.Without)
            if (!await DroppedIndex.HasDroppedAsync(connection, index, cancellationToken)) later.Add(index);
        await ArmScript.RunAsync(admin, connection, specification.SqlFiles, cancellationToken);
        // The files may have made it.
        foreach (var index in later)
        {
            if (!await DroppedIndex.HasDroppedAsync(connection, index, cancellationToken))
                throw await DroppedIndex.RefusalAsync(connection, index, cancellationToken);
        }

        if (planted?.Sql is { } fault) await connection.ExecuteAsync(fault, cancellationToken);
        // The base schema has no extensions of its own.
        await connection.ExecuteAsync("create extension if not exists pg_stat_statements", cancellationToken);
        await connection.ExecuteAsync(RestJobs, cancellationToken);
    }

    /// <summary>Whether a statement is wrong by itself, such as one with a name that is not there, whatever the rows are.</summary>
    public static bool IsOfWords(PostgresException refused) => refused.SqlState.StartsWith("42", StringComparison.Ordinal);
}
