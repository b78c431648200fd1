using System.Collections.Concurrent;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
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
/// Whether both arms roll back and migrate up again, since one has other migrations than the seeded cluster: then both were written and
/// analyzed in the same way.
/// </param>
public sealed class CrmArmFactory(SeededTemplate template, SqlFolder sql, bool rebuild) : IAsyncDisposable
{
    private readonly QueryCatalog _queries = sql.Queries;
    private readonly ConcurrentDictionary<string, BuiltArm> _built = [];

    /// <summary>A fault that this arm gets, of those that a statement cannot make; null for none.</summary>
    public PlantedFault? Planted { get; init; }

    /// <summary>Whether an arm that is started again is a copy of what was built the first time. Only its first start migrates.</summary>
    public bool KeepsBuilt { get; init; }

    /// <param name="name">A or B.</param>
    /// <exception cref="HarnessException">The server did not start with these settings, or an index or a file is not there.</exception>
    public async Task<CrmArm> StartAsync(
        string name, ArmSpecification specification, IStageProgress progress, CancellationToken cancellationToken)
    {
        var built = _built.GetValueOrDefault(specification.Text);
        var database = await ArmCluster.StartAsync(built?.Cluster ?? template.Cluster, specification, progress, cancellationToken);
        try
        {
            built ??= await BuildAsync(database, specification, cancellationToken);
            return await CrmArm.OverAsync(
                name, specification, _queries, database, built.Seed, built.Checksum, Planted, cancellationToken);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Removes what was kept.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var built in _built.Values)
            if (built.Cluster is { } cluster) await cluster.DisposeAsync();
    }

    private async Task<BuiltArm> BuildAsync(Database database, ArmSpecification specification, CancellationToken cancellationToken)
    {
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        var seed = await SeedReuse.FindAsync(admin, template.Request, cancellationToken)
            ?? throw new HarnessException(
                $"The kept cluster {template.Cluster.Snapshot.Directory} is not fully seeded. Remove it and start again.");
        var checksum = await MigrateAsync(admin, specification.Schema, cancellationToken);
        await ArmCluster.ShapeAsync(admin, specification, Planted, cancellationToken);
        if (!KeepsBuilt) return new(null, seed, checksum);
        return _built[specification.Text] = new(await template.Cluster.OfRunningAsync(database, cancellationToken), seed, checksum);
    }

    /// <returns>A checksum of the schema.</returns>
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

    /// <param name="Cluster">Null where it is not kept.</param>
    private sealed record BuiltArm(ClusterTemplate? Cluster, SeedManifest Seed, string Checksum);
}
