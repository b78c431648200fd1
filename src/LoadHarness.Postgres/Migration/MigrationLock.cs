using LoadHarness.Core;
using LoadHarness.Core.Progress;
using Npgsql;

namespace LoadHarness.Postgres.Migration;

/// <summary>One migrator a database. The lock belongs to the session: it goes when the session ends, however it ends.</summary>
internal static class MigrationLock
{
    // Any constant does, as long as nobody else uses it: the letters "lh" and the number of the first migration.
    private const long Key = 0x6C68_0009;

    // What a killed migrator ran at the same time as another step may go on in the server: its successor, which begins with the same steps,
    // waits for the end of that too. One key for each step that runs at the same time as the first.
    private const long ConcurrentKey = 0x6C68_0100;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    /// <remarks>
    /// Polls: a session that waits inside <c>pg_advisory_lock</c> holds a snapshot, and the other's concurrent index build would wait for
    /// it forever.
    /// </remarks>
    /// <exception cref="HarnessException">Another migrator works for longer than half an hour.</exception>
    public static Task AcquireAsync(NpgsqlConnection connection, IStageProgress progress, CancellationToken cancellationToken) =>
        AcquireAsync(connection, Key, progress, cancellationToken);

    /// <summary>For a session that runs a step at the same time as another one.</summary>
    /// <param name="place">Of the step among those that run at the same time; the one that they run next to has place 0.</param>
    public static Task AcquireConcurrentAsync(
        NpgsqlConnection connection, int place, IStageProgress progress, CancellationToken cancellationToken) =>
        AcquireAsync(connection, ConcurrentKey + place, progress, cancellationToken);

    public static Task ReleaseAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ExecuteAsync($"select pg_advisory_unlock({Key})", cancellationToken);

    public static Task ReleaseConcurrentAsync(NpgsqlConnection connection, int place, CancellationToken cancellationToken) =>
        connection.ExecuteAsync($"select pg_advisory_unlock({ConcurrentKey + place})", cancellationToken);

    private static async Task AcquireAsync(
        NpgsqlConnection connection, long key, IStageProgress progress, CancellationToken cancellationToken)
    {
        var end = DateTime.UtcNow + Patience;
        var told = false;
        while (!await connection.ScalarAsync<bool>($"select pg_try_advisory_lock({key})", cancellationToken))
        {
            if (!told)
                progress.Note("Another migration of this database is under way; waiting for it to end.");
            told = true;
            if (DateTime.UtcNow > end)
                throw new HarnessException(
                    "Another migration of this database has been under way for over 30 minutes. Look for it in pg_stat_activity.");
            await Task.Delay(Pause, cancellationToken);
        }
    }
}
