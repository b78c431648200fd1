using LoadHarness.Postgres;
using Npgsql;

namespace LoadHarness.Comparing.Times;

/// <summary>
/// Looks at the sessions of an arm ten times a second while it is loaded, and counts the looks that found one waiting for a lock. One
/// session does it for all turns: to open one for each would be load of its own.
/// </summary>
internal sealed class LockWaitWatch : IAsyncDisposable
{
    private const string Query =
        """
        select exists (select 1 from pg_stat_activity
            where datname = current_database() and state = 'active' and wait_event_type = 'Lock')
        """;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly CancellationTokenSource _stop = new();
    private Task _looking = Task.CompletedTask;
    private volatile bool _isLoaded;

    private LockWaitWatch()
    {
    }

    public int Looks { get; private set; }

    public int Waiting { get; private set; }

    public static LockWaitWatch Start(NpgsqlDataSource admin)
    {
        var watch = new LockWaitWatch();
        watch._looking = watch.LookAsync(admin, watch._stop.Token);
        return watch;
    }

    /// <summary>Looks until what it returns is disposed.</summary>
    public IDisposable Look() => new Turn(this);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _looking;
        _stop.Dispose();
    }

    private async Task LookAsync(NpgsqlDataSource admin, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await admin.OpenConnectionAsync(cancellationToken);
            while (!cancellationToken.IsCancellationRequested)
            {
                if (_isLoaded)
                {
                    var waits = await connection.ScalarAsync<bool>(Query, cancellationToken);
                    Looks++;
                    if (waits) Waiting++;
                }

                await Task.Delay(Pause, cancellationToken);
            }
        }
        catch (Exception ended) when (cancellationToken.IsCancellationRequested && ended is OperationCanceledException or NpgsqlException)
        {
            // The slots are over.
        }
    }

    private sealed class Turn : IDisposable
    {
        private readonly LockWaitWatch _watch;

        public Turn(LockWaitWatch watch) => (_watch = watch)._isLoaded = true;

        public void Dispose() => _watch._isLoaded = false;
    }
}
