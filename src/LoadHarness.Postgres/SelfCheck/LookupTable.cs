using Npgsql;

namespace LoadHarness.Postgres.SelfCheck;

/// <summary>A small table of the self-check's own, all in memory, so that only the client's cost differs. Dropped at the end.</summary>
internal sealed class LookupTable : IAsyncDisposable
{
    public const int Rows = 100_000;
    public const string Lookup = "select email from loadharness_selfcheck where id = $1";
    private readonly NpgsqlDataSource _admin;

    private LookupTable(NpgsqlDataSource admin) => _admin = admin;

    public static async Task<LookupTable> CreateAsync(NpgsqlDataSource admin, CancellationToken cancellationToken)
    {
        var table = new LookupTable(admin);
        await table.ExecuteAsync("drop table if exists loadharness_selfcheck", cancellationToken);
        await table.ExecuteAsync("create unlogged table loadharness_selfcheck (id int primary key, email text not null)",
            cancellationToken);
        await table.ExecuteAsync(
            $"insert into loadharness_selfcheck select n, 'person' || n || '@example.test' from generate_series(1, {Rows}) n",
            cancellationToken);
        await table.ExecuteAsync("vacuum analyze loadharness_selfcheck", cancellationToken);
        return table;
    }

    public async ValueTask DisposeAsync() => await ExecuteAsync("drop table if exists loadharness_selfcheck", CancellationToken.None);

    private async Task ExecuteAsync(string statement, CancellationToken cancellationToken)
    {
        var command = _admin.CreateCommand(statement);
        await using (command) await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
