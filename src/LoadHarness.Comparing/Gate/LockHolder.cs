using LoadHarness.Postgres;
using Npgsql;

namespace LoadHarness.Comparing;

/// <summary>
/// A planted fault: takes leads away from everybody for a fifth of each half second, as a migration without lock_timeout would.
/// </summary>
internal sealed class LockHolder : IAsyncDisposable
{
    private static readonly TimeSpan Held = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Released = TimeSpan.FromMilliseconds(400);
    private readonly CancellationTokenSource _stop = new();
    private Task _holding = Task.CompletedTask;

    private LockHolder()
    {
    }

    public static LockHolder Start(NpgsqlDataSource admin)
    {
        var holder = new LockHolder();
        holder._holding = HoldAsync(admin, holder._stop.Token);
        return holder;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _holding;
        _stop.Dispose();
    }

    private static async Task HoldAsync(NpgsqlDataSource admin, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await admin.OpenConnectionAsync(cancellationToken);
            while (!cancellationToken.IsCancellationRequested)
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await connection.ExecuteAsync("lock table leads in access exclusive mode", cancellationToken);
                await Task.Delay(Held, cancellationToken);
                await transaction.RollbackAsync(cancellationToken);
                await Task.Delay(Released, cancellationToken);
            }
        }
        catch (Exception ended) when (cancellationToken.IsCancellationRequested && ended is OperationCanceledException or NpgsqlException)
        {
            // The turn is over; the open transaction ends with its connection.
        }
    }
}
