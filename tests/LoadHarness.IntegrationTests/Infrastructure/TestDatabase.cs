using Npgsql;

namespace LoadHarness.IntegrationTests.Infrastructure;

/// <summary>A database of one test's own; disposing drops it.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly Dictionary<string, NpgsqlDataSource> _roles = [];
    private readonly Func<Task> _drop;

    internal TestDatabase(string connectionString, Func<Task> drop)
    {
        ConnectionString = connectionString;
        _drop = drop;
        Owner = NpgsqlDataSource.Create(connectionString);
    }

    /// <summary>Other tests read it too, and none may write.</summary>
    public bool IsShared { get; init; }

    /// <summary>Superuser.</summary>
    public string ConnectionString { get; }

    /// <summary>
    /// Connections of the superuser that keep the plans of statements which they send again. To plan a statement over all partitions takes
    /// longer than to run it on a few rows.
    /// </summary>
    public NpgsqlDataSource Preparing() => NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(ConnectionString)
    {
        MaxAutoPrepare = 100,
        AutoPrepareMinUsages = 2,
    }.ConnectionString);

    /// <summary>Connections of the superuser, who owns the base schema and whom row security does not bind.</summary>
    public NpgsqlDataSource Owner { get; }

    /// <summary>Connections that act as a role that cannot log in itself, such as lh_app.</summary>
    public NpgsqlDataSource As(string role)
    {
        if (_roles.TryGetValue(role, out var known)) return known;
        var options = new NpgsqlConnectionStringBuilder(ConnectionString) { Options = $"-c role={role}", NoResetOnClose = true };
        return _roles[role] = NpgsqlDataSource.Create(options.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var source in _roles.Values.Append(Owner)) await source.DisposeAsync();
        await _drop();
    }
}
