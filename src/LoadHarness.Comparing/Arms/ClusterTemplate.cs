using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Postgres.Provisioning;

namespace LoadHarness.Comparing.Arms;

/// <summary>One filled cluster, stopped, that arms are copied from. Disposing removes it, unless it is a kept one.</summary>
public sealed class ClusterTemplate : IAsyncDisposable
{
    private readonly WatchedDirectory? _own;

    /// <param name="own">Holds the snapshot and goes with this; null for a kept one.</param>
    private ClusterTemplate(ServerProfile profile, ClusterSnapshot snapshot, int serverVersion, WatchedDirectory? own) =>
        (Profile, Snapshot, ServerVersion, _own) = (profile, snapshot, serverVersion, own);

    public ServerProfile Profile { get; }

    public ClusterSnapshot Snapshot { get; }

    /// <summary>Major version of the programs that made it; a copy starts under the same only.</summary>
    public int ServerVersion { get; }

    /// <summary>Fills a private server and copies its directory; uses the kept one with the same content where there is one.</summary>
    /// <param name="serverVersion">Null for the newest on this machine.</param>
    /// <param name="keep">Keep it for the next comparison, as <c>--keep</c> of a run does.</param>
    /// <param name="placeOf">Where such content is kept, by the server's version.</param>
    /// <exception cref="HarnessException">
    /// There are no server programs of that version, it could not be filled, or it cannot be kept: then nothing was filled.
    /// </exception>
    public static async Task<ClusterTemplate> MakeAsync(
        ServerProfile profile, int? serverVersion, bool keep, Func<int, ClusterSnapshot> placeOf, Func<Database, Task> fill,
        IStageProgress progress, CancellationToken cancellationToken)
    {
        var binaries = await PostgresBinaries.RequireAsync(serverVersion, cancellationToken);
        var kept = placeOf(binaries.MajorVersion);
        if (kept.Exists) return new(profile, kept, binaries.MajorVersion, null);
        if (keep) kept.Require();
        var template = keep
            ? new ClusterTemplate(profile, kept, binaries.MajorVersion, null)
            : await OwnAsync(profile, binaries.MajorVersion, cancellationToken);
        return await template.AfterAsync(() => template.FillAsync(binaries, fill, progress, cancellationToken));
    }

    /// <summary>A running copy of this one, with what was changed on it, as one to copy from in turn. Disposing removes it.</summary>
    /// <exception cref="HarnessException">It could not be copied.</exception>
    public async Task<ClusterTemplate> OfRunningAsync(Database database, CancellationToken cancellationToken)
    {
        var binaries = await PostgresBinaries.RequireAsync(ServerVersion, cancellationToken);
        var copy = await OwnAsync(Profile, ServerVersion, cancellationToken);
        return await copy.AfterAsync(() => copy.Snapshot.SaveAsync(database.AdminConnectionString, binaries, cancellationToken));
    }

    public ValueTask DisposeAsync() => _own?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>One with a place among this user's private servers: it goes with the program, however that ends.</summary>
    private static async Task<ClusterTemplate> OwnAsync(ServerProfile profile, int serverVersion, CancellationToken cancellationToken)
    {
        var own = await WatchedDirectory.MakeAsync("seed", cancellationToken);
        return new(profile, new(Path.Combine(own.Root, "copy")), serverVersion, own);
    }

    /// <returns>This one, filled. Where that fails, nothing of it stays.</returns>
    private async Task<ClusterTemplate> AfterAsync(Func<Task> filled)
    {
        try
        {
            await filled();
            return this;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

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
