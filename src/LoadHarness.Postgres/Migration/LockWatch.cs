using Npgsql;

namespace LoadHarness.Postgres.Migration;

/// <summary>The longest that a session of the load waited for a lock.</summary>
/// <param name="Waited">By looking at pg_locks every 10 ms: it can be short by that much.</param>
/// <param name="Step">What the migration was doing then.</param>
/// <param name="Query">What waited.</param>
/// <param name="Blocker">What the session ahead of it was running.</param>
public sealed record LockWait(TimeSpan Waited, string Step, string Query, string Blocker)
{
    public static LockWait None { get; } = new(TimeSpan.Zero, "none", "none", "none");
}

/// <summary>Looks at pg_locks while a load runs.</summary>
internal sealed class LockWatch(NpgsqlDataSource source, string applicationName, Func<string> step)
{
    private static readonly TimeSpan Sampling = TimeSpan.FromMilliseconds(10);

    public LockWait Longest { get; private set; } = LockWait.None;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(CancellationToken.None);
        await using var command = new NpgsqlCommand(ProgramSql.Of("longest-lock-wait"), connection)
        {
            Parameters = { new() { Value = applicationName } },
        };
        while (!cancellationToken.IsCancellationRequested)
        {
            await LookAsync(command);
            await Task.Delay(Sampling, CancellationToken.None);
        }
    }

    private async Task LookAsync(NpgsqlCommand command)
    {
        await using var reader = await command.ExecuteReaderAsync();
        if (!await reader.ReadAsync() || await reader.IsDBNullAsync(0))
            return;
        var waited = TimeSpan.FromSeconds(reader.GetDouble(0));
        if (waited > Longest.Waited)
            Longest = new LockWait(waited, step(), reader.GetString(1), reader.GetString(2));
    }
}
