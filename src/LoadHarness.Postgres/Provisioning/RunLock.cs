using LoadHarness.Core;
using LoadHarness.Core.Progress;
using Npgsql;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>
/// One run at a time on a given database: of two at once each would measure the load of both, and <c>--force</c> of the second would empty
/// the tables under the first. The lock belongs to a session of its own: it goes when the session ends, however it ends.
/// </summary>
internal sealed class RunLock : IAsyncDisposable
{
    // The letters "lh" and a number that MigrationLock does not use. Of another database the same number is another lock.
    internal const long Key = 0x6C68_0001;

    // A firewall may forget a session that says nothing for hours, and the lock with it.
    private const int KeepAliveSeconds = 30;

    private const string Application = "loadharness run lock";

    /// <summary>Of the database, on whatever way it is reached.</summary>
    private const string Identity =
        """
        select concat_ws(' ', oid, extract(epoch from pg_postmaster_start_time()))
        from pg_database where datname = current_database()
        """;

    // The session of a run that has just ended, or was killed, may still be on its way out.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly NpgsqlConnection _session;
    private readonly string? _identity;

    private RunLock(NpgsqlConnection session, string? identity) => (_session, _identity) = (session, identity);

    /// <param name="held">By this program: one of the same database stands for a second one, as when both arms are one database.</param>
    /// <returns>Null where <paramref name="held"/> has it, and where there can be none, which a note says.</returns>
    /// <exception cref="HarnessException">Another run holds it.</exception>
    public static async Task<RunLock?> TakeAsync(
        NpgsqlConnectionStringBuilder database, IReadOnlyCollection<RunLock> held, IStageProgress progress,
        CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            ApplicationName = Application, KeepAlive = KeepAliveSeconds,
        };
        var session = await SingleSession.OpenAsync(settings, cancellationToken);
        RunLock? taken = null;
        try
        {
            // In transaction mode the lock would stay with a session of the pooler's, which others get next, and nobody could give it back.
            if (await session.IsSharedAsync(cancellationToken))
            {
                await RequireNoHolderAsync(session, cancellationToken);
                progress.Note(Without("behind a pooler no session can hold it"));
                return null;
            }

            var identity = await session.ScalarAsync<string>(Identity, cancellationToken);
            if (held.Any(other => other._identity == identity)) return null;
            await session.LiftTimeLimitsAsync(cancellationToken);
            await AcquireAsync(session, cancellationToken);
            taken = new RunLock(session, identity);
            return taken;
        }
        catch (PostgresException refused) when (refused.SqlState is PostgresErrorCodes.InsufficientPrivilege
            or PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.FeatureNotSupported)
        {
            progress.Note(Without($"the server refused it: {refused.MessageText}"));
            return null;
        }
        finally
        {
            if (taken is null) await session.DisposeAsync();
        }
    }

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private static async Task AcquireAsync(NpgsqlConnection session, CancellationToken cancellationToken)
    {
        var end = DateTime.UtcNow + Patience;
        while (!await session.ScalarAsync<bool>("select pg_try_advisory_lock($1)", cancellationToken, Key))
        {
            if (DateTime.UtcNow > end) throw Refusal(await HolderAsync(session, cancellationToken));
            await Task.Delay(Pause, cancellationToken);
        }
    }

    private static async Task RequireNoHolderAsync(NpgsqlConnection session, CancellationToken cancellationToken)
    {
        var end = DateTime.UtcNow + Patience;
        while (await HolderAsync(session, cancellationToken) is > 0 and var holder)
        {
            if (DateTime.UtcNow > end) throw Refusal(holder);
            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <returns>The process number of the session that has it; 0 where none has.</returns>
    private static Task<int> HolderAsync(NpgsqlConnection session, CancellationToken cancellationToken) => session.ScalarAsync<int>(
        $"""
        select pid from pg_locks
        where locktype = 'advisory' and granted and classid = {Key >> 32} and objid = {Key & 0xFFFF_FFFF} and objsubid = 1
          and database = (select oid from pg_database where datname = current_database())
        limit 1
        """,
        cancellationToken);

    private static HarnessException Refusal(int holder) => new(
        "Another run measures on this database, or fills it: each would measure the load of both. Nothing was changed. "
            + "Wait until it has ended, or give another database."
            + (holder == 0 ? "" : $" Of a program that is gone, end its session: select pg_terminate_backend({holder});"));

    private static string Without(string reason) =>
        $"This run holds no lock on the database, as {reason}. See to it that no other run works there meanwhile.";
}
