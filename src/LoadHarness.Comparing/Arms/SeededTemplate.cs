using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Postgres.Migration;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Seeding;
using Npgsql;

namespace LoadHarness.Comparing.Arms;

/// <summary>One seeded cluster, stopped, that every arm is copied from. Disposing removes it, unless it is a kept one.</summary>
public sealed class SeededTemplate : IAsyncDisposable
{
    private readonly bool _keep;

    private SeededTemplate(SeedRequest request, ServerProfile profile, ClusterSnapshot snapshot, int serverVersion, bool keep) =>
        (Request, Profile, Snapshot, ServerVersion, _keep) = (request, profile, snapshot, serverVersion, keep);

    public SeedRequest Request { get; }

    public ServerProfile Profile { get; }

    public ClusterSnapshot Snapshot { get; }

    /// <summary>Major version of the programs that made it; a copy starts under the same only.</summary>
    public int ServerVersion { get; }

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
        var binaries = await PostgresBinaries.FindAsync(serverVersion, cancellationToken) ?? throw PostgresBinaries.NoneFound();
        var kept = request.SnapshotFor(binaries.MajorVersion);
        var snapshot = keep || kept.Exists ? kept : new(Path.Combine(Path.GetTempPath(), $"loadharness-seed-{Guid.NewGuid():N}"));
        var template = new SeededTemplate(request, profile, snapshot, binaries.MajorVersion, keep || kept.Exists);
        if (!snapshot.Exists) await template.SeedAsync(binaries, progress, cancellationToken);
        return template;
    }

    public ValueTask DisposeAsync()
    {
        if (!_keep) Snapshot.RemoveIfThere();
        return ValueTask.CompletedTask;
    }

    private async Task SeedAsync(PostgresBinaries binaries, IStageProgress progress, CancellationToken cancellationToken)
    {
        var wanted = new DatabaseRequest(new DatabaseTarget.Native(), Profile, Keep: false, Force: false)
        {
            ServerVersion = ServerVersion,
        };
        await using var database = await Provisioner.ProvisionAsync(wanted, progress, cancellationToken);
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        await new Migrator(admin).BuildAsync(progress, cancellationToken);
        await new Seeder(admin).SeedAsync(Request, progress, cancellationToken);
        await Snapshot.SaveAsync(database.AdminConnectionString, binaries, cancellationToken);
    }
}
