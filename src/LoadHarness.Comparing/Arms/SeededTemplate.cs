using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Postgres.Migration;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Seeding;
using Npgsql;

namespace LoadHarness.Comparing.Arms;

/// <summary>One cluster with the CRM's seeded rows that arms are copied from. Disposing removes it, unless it is a kept one.</summary>
public sealed class SeededTemplate : IAsyncDisposable
{
    private SeededTemplate(SeedRequest request, ClusterTemplate cluster) => (Request, Cluster) = (request, cluster);

    public SeedRequest Request { get; }

    public ClusterTemplate Cluster { get; }

    /// <summary>
    /// Provisions, migrates and seeds a private server and copies its directory; uses the kept one of the same scale where there is one.
    /// </summary>
    /// <param name="serverVersion">Null for the newest on this machine.</param>
    /// <param name="keep">Keep it for the next comparison, as <c>--keep</c> of a run does.</param>
    /// <exception cref="HarnessException">There are no server programs of that version, or seeding failed.</exception>
    public static async Task<SeededTemplate> MakeAsync(
        SeedRequest request, ServerProfile profile, int? serverVersion, bool keep, IStageProgress progress,
            CancellationToken cancellationToken)
    {
        var copies = request.Copies with
        {
            KeptIn = keep ? ClusterSnapshot.Root : ServersPlace.Root,
            Servers = Math.Max(1, request.Copies.Servers),
        };
        return new(request, await ClusterTemplate.MakeAsync(
            profile, serverVersion, keep, request.SnapshotFor, SeedAsync, progress, cancellationToken));

        async Task SeedAsync(Database database)
        {
            await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
            await new Migrator(admin).BuildAsync(progress, cancellationToken);
            var rows = request with { Copies = copies, Server = database.Server.Provisioning };
            await new Seeder(admin).SeedAsync(rows, progress, cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
