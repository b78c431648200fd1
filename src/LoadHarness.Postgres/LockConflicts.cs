using Npgsql;

namespace LoadHarness.Postgres;

/// <summary>
/// Work that meets other sessions, such as those of jobs, in a deadlock or at a lock that is not given in time: it was rolled back, and a
/// later try may succeed.
/// </summary>
public static class LockConflicts
{
    /// <summary>With their pauses about four minutes.</summary>
    private const int Attempts = 60;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Does the work, and all of it again after each conflict.</summary>
    /// <param name="work">One statement, or one transaction that it begins and commits itself.</param>
    /// <param name="conflicted">Told before each further try what the conflict was, and which try it was.</param>
    /// <exception cref="PostgresException">The last conflict, after some minutes; any other fault at once.</exception>
    public static async Task<T> RetryAsync<T>(
        Func<Task<T>> work, CancellationToken cancellationToken, Action<string, string>? conflicted = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await work();
            }
            catch (PostgresException fault) when (IsOne(fault) && attempt < Attempts)
            {
                conflicted?.Invoke(fault.MessageText, $"{attempt} of {Attempts}");
                await Task.Delay(PauseAfter(attempt), cancellationToken);
            }
        }
    }

    /// <summary>Does the work in a transaction of its own, again from its beginning after each conflict.</summary>
    /// <exception cref="PostgresException">As of <see cref="RetryAsync"/>.</exception>
    public static Task InTransactionAsync(this NpgsqlConnection connection, Func<Task> work, CancellationToken cancellationToken) =>
        RetryAsync(
            async () =>
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await work();
                await transaction.CommitAsync(cancellationToken);
                return true;
            },
            cancellationToken);

    private static bool IsOne(PostgresException fault) =>
        fault.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected
            or PostgresErrorCodes.SerializationFailure;

    // From the first attempt, which is 1.
    private static TimeSpan PauseAfter(int attempt) =>
        TimeSpan.FromMilliseconds(Math.Min(LongestPause.TotalMilliseconds, 100 * Math.Pow(1.5, attempt)));
}
