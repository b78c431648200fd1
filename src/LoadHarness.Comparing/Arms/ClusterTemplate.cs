using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Postgres.Provisioning;

namespace LoadHarness.Comparing.Arms;

/// <summary>One filled cluster, stopped, that arms are copied from. Disposing removes it, unless it is a kept one.</summary>
public sealed class ClusterTemplate : IAsyncDisposable
{
    private readonly bool _keep;

    private ClusterTemplate(ServerProfile profile, ClusterSnapshot snapshot, int serverVersion, bool keep) =>
        (Profile, Snapshot, ServerVersion, _keep) = (profile, snapshot, serverVersion, keep);

    public ServerProfile Profile { get; }

    public ClusterSnapshot Snapshot { get; }

    /// <summary>Major version of the programs that made it; a copy starts under the same only.</summary>
    public int ServerVersion { get; }

    /// <summary>Fills a private server and copies its directory; uses the kept one with the same content where there is one.</summary>
    /// <param name="serverVersion">Null for the newest on this machine.</param>
    /// <param name="keep">Keep it for the next comparison, as <c>--keep</c> of a run does.</param>
    /// <param name="placeOf">Where such content is kept, by the server's version.</param>
    /// <exception cref="HarnessException">There are no server programs of that version, or it could not be filled.</exception>
    public static async Task<ClusterTemplate> MakeAsync(
        ServerProfile profile, int? serverVersion, bool keep, Func<int, ClusterSnapshot> placeOf, Func<Database, Task> fill,
        IStageProgress progress, CancellationToken cancellationToken)
    {
        var binaries = await PostgresBinaries.RequireAsync(serverVersion, cancellationToken);
        var kept = placeOf(binaries.MajorVersion);
        var snapshot = keep || kept.Exists ? kept : OwnPlace();
        var template = new ClusterTemplate(profile, snapshot, binaries.MajorVersion, keep || kept.Exists);
        if (!snapshot.Exists) await template.FillAsync(binaries, fill, progress, cancellationToken);
        return template;
    }

    /// <summary>A running copy of this one, with what was changed on it, as one to copy from in turn. Disposing removes it.</summary>
    /// <exception cref="HarnessException">It could not be copied.</exception>
    public async Task<ClusterTemplate> OfRunningAsync(Database database, CancellationToken cancellationToken)
    {
        var binaries = await PostgresBinaries.RequireAsync(ServerVersion, cancellationToken);
        var copy = new ClusterTemplate(Profile, OwnPlace(), ServerVersion, keep: false);
        await copy.Snapshot.SaveAsync(database.AdminConnectionString, binaries, cancellationToken);
        return copy;
    }

    public ValueTask DisposeAsync()
    {
        if (!_keep) Snapshot.RemoveIfThere();
        return ValueTask.CompletedTask;
    }

    private static ClusterSnapshot OwnPlace() => new(Path.Combine(Path.GetTempPath(), $"loadharness-seed-{Guid.NewGuid():N}"));

    private async Task FillAsync(
        PostgresBinaries binaries, Func<Database, Task> fill, IStageProgress progress, CancellationToken cancellationToken)
    {
        var wanted = new DatabaseRequest(new DatabaseTarget.Native(), Profile, Keep: false, Force: false)
        {
            ServerVersion = ServerVersion,
        };
        await using var database = await Provisioner.ProvisionAsync(wanted, progress, cancellationToken);
        await fill(database);
        await Snapshot.SaveAsync(database.AdminConnectionString, binaries, cancellationToken);
    }
}
