using Npgsql;

namespace LoadHarness.Postgres.SelfCheck;

/// <summary>One user's connection with the lookup prepared on it.</summary>
internal sealed class PreparedLookup : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _command;
    private readonly NpgsqlParameter<int> _id = new();

    private PreparedLookup(NpgsqlConnection connection)
    {
        _connection = connection;
        _command = new NpgsqlCommand(LookupTable.Lookup, connection);
        _command.Parameters.Add(_id);
    }

    public static async Task<PreparedLookup> OpenAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var lookup = new PreparedLookup(await database.OpenConnectionAsync(cancellationToken));
        await lookup._command.PrepareAsync(cancellationToken);
        return lookup;
    }

    public static async Task<PreparedLookup[]> OpenAsync(NpgsqlDataSource database, int users, CancellationToken cancellationToken)
    {
        var lookups = new PreparedLookup[users];
        for (var i = 0; i < users; i++) lookups[i] = await OpenAsync(database, cancellationToken);
        return lookups;
    }

    public Task<object?> RunAsync(int id, CancellationToken cancellationToken)
    {
        _id.TypedValue = id;
        return _command.ExecuteScalarAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _command.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
