using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Migration;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Postgres.Workload;
using LoadHarness.Seeding;
using Npgsql;

namespace LoadHarness.Comparing.Arms;

/// <summary>Makes an arm: copies the seeded cluster, starts a server on it and applies what the arm asks for.</summary>
/// <param name="rebuild">
/// Whether both arms roll back and migrate up again, since their migrations differ: then both were written and analyzed in the same way.
/// </param>
public sealed class ArmFactory(SeededTemplate template, SqlFolder sql, bool rebuild)
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
        ["cron.launch_active_jobs"] = "off",
        // The machine may have them left for one arm and not for the other.
        ["huge_pages"] = "off",
    };

    private readonly QueryCatalog _queries = QueryCatalog.Read(Path.Combine(sql.Path, "queries"));

    /// <summary>A fault that this arm gets, of those that a statement cannot make; null for none.</summary>
    public PlantedFault? Planted { get; init; }

    /// <param name="name">A or B.</param>
    /// <exception cref="HarnessException">The server did not start with these settings, or an index or a file is not there.</exception>
    public async Task<ArmServer> StartAsync(
        string name, ArmSpecification specification, IStageProgress progress, CancellationToken cancellationToken)
    {
        var settings = new Dictionary<string, string>(Quiet);
        foreach (var (setting, value) in specification.Settings) settings[setting] = value;
        var request = new DatabaseRequest(
            new DatabaseTarget.Native(), template.Profile, Keep: false, Force: false)
        {
            Snapshot = _ => template.Snapshot,
            ExtraSettings = settings,
            ServerVersion = template.ServerVersion,
        };
        var database = await Provisioner.ProvisionAsync(request, progress, cancellationToken);
        try
        {
            await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
            var seed = await SeedReuse.FindAsync(admin, template.Request, cancellationToken)
                ?? throw new HarnessException(
                    $"The kept cluster {template.Snapshot.Directory} is not fully seeded. Remove it and start again.");
            var checksum = await ShapeAsync(admin, specification, cancellationToken);
            return await ArmServer.OverAsync(name, specification, _queries, database, seed, checksum, Planted, cancellationToken);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <returns>A checksum of the schema.</returns>
    private async Task<string> ShapeAsync(NpgsqlDataSource admin, ArmSpecification specification, CancellationToken cancellationToken)
    {
        var checksum = await MigrateAsync(admin, specification.Schema, cancellationToken);
        await using var connection = await admin.OpenConnectionAsync(cancellationToken);
        var later = new List<string>();
        foreach (var index in specification.Without)
            if (!await HasDroppedIndexAsync(connection, index, cancellationToken)) later.Add(index);
        foreach (var file in specification.SqlFiles)
            await connection.ExecuteAsync(await TextOfAsync(file, cancellationToken), cancellationToken);
        // The files may have made it.
        foreach (var index in later)
        {
            if (!await HasDroppedIndexAsync(connection, index, cancellationToken))
                throw new HarnessException($"without={index}: the schema has no index of that name.", ExitCode.BadUsage);
        }

        if (Planted?.Sql is { } fault) await connection.ExecuteAsync(fault, cancellationToken);
        // The base schema has no extensions of its own.
        await connection.ExecuteAsync("create extension if not exists pg_stat_statements", cancellationToken);
        return checksum;
    }

    private async Task<string> MigrateAsync(NpgsqlDataSource admin, ArmSchema schema, CancellationToken cancellationToken)
    {
        if (rebuild || schema is ArmSchema.Base)
        {
            await new Migrator(admin).DownAsync(SilentProgress.Instance, cancellationToken);
            if (schema is ArmSchema.Base)
            {
                await VacuumAsync(admin, cancellationToken);
                return "base";
            }
        }

        // Functions that only the program's own files have must not serve the other arm.
        else if (schema is not ArmSchema.Optimized)
            await new Migrator(admin).DropFunctionsAsync(cancellationToken);

        var version = await new Migrator(admin) { Files = sql.Migrations }.BuildAsync(SilentProgress.Instance, cancellationToken);
        if (rebuild) await VacuumAsync(admin, cancellationToken);
        return version.Checksum;
    }

    private static async Task VacuumAsync(NpgsqlDataSource admin, CancellationToken cancellationToken)
    {
        await using var connection = await admin.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync("vacuum (analyze)", cancellationToken);
    }

    /// <summary>Of a partitioned table: on every partition. A key's index goes with its constraint.</summary>
    private static async Task<bool> HasDroppedIndexAsync(NpgsqlConnection connection, string index, CancellationToken cancellationToken)
    {
        const string statement =
            """
            select coalesce(
                (select format('alter table %s drop constraint %I cascade', c.conrelid::regclass, c.conname)
                 from pg_constraint c where c.conindid = i.oid and c.contype in ('p', 'u', 'x')),
                format('drop index %s', i.oid::regclass))
            from pg_class i
            where i.oid = to_regclass($1) and i.relkind in ('i', 'I')
            """;
        if (await connection.ScalarAsync<string>(statement, cancellationToken, $"public.{index}") is not { } drop) return false;
        await connection.ExecuteAsync(drop, cancellationToken);
        return true;
    }

    private static async Task<string> TextOfAsync(string file, CancellationToken cancellationToken) => File.Exists(file)
        ? await File.ReadAllTextAsync(file, cancellationToken)
        : throw new HarnessException($"sql={file}: there is no such file.", ExitCode.BadUsage);
}
