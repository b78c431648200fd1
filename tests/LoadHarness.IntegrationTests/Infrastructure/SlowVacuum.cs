using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres;
using Npgsql;

namespace LoadHarness.IntegrationTests.Infrastructure;

/// <summary>A vacuum that is under way for some ten seconds, in a transaction of a second at least. Disposing cancels it.</summary>
internal sealed class SlowVacuum : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly NpgsqlConnection _connection;
    private readonly Task _vacuum;

    private SlowVacuum(TestDatabase database, NpgsqlConnection connection, Task vacuum) =>
        (_database, _connection, _vacuum) = (database, connection, vacuum);

    public static async Task<SlowVacuum> BeginAsync(TestDatabase database)
    {
        var stop = TestContext.Current.CancellationToken;
        await database.Owner.ExecuteAsync(
            "create table swept with (autovacuum_enabled = off) as select repeat('x', 2000) as filler from generate_series(1, 400)");
        var connection = await database.Owner.OpenConnectionAsync(stop);
        // One page in each tenth of a second.
        await connection.ExecuteAsync("set vacuum_cost_delay = 100; set vacuum_cost_limit = 1", stop);
        var vacuum = connection.ExecuteAsync("vacuum swept", stop);
        while (!vacuum.IsCompleted && !await database.Owner.AskAsync<bool>(
            """
            select exists (
                select from pg_stat_activity a join pg_stat_progress_vacuum v on v.pid = a.pid
                where a.datname = current_database() and clock_timestamp() > a.xact_start + interval '1 second')
            """)) await Task.Delay(20, stop);
        return new(database, connection, vacuum);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.Owner.ExecuteAsync($"select pg_cancel_backend({_connection.ProcessID})");
        // One that had ended before would be no proof of anything.
        await Assert.ThrowsAsync<PostgresException>(() => _vacuum);
        await _connection.DisposeAsync();
    }
}
