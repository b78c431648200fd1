using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>A reachable database. Disposing stops and removes the server, when the harness started it.</summary>
public sealed class Database : IAsyncDisposable
{
    /// <summary>The database of the run on a server that the harness started, and the one pg_cron lives in.</summary>
    public const string Name = "loadharness";

    private readonly IAsyncDisposable? _server;

    internal Database(string adminConnectionString, ServerEnvironment environment, IAsyncDisposable? server)
    {
        AdminConnectionString = adminConnectionString;
        Server = environment;
        _server = server;
    }

    /// <summary>Holds the password: never print it, see <see cref="Redaction"/>.</summary>
    public string AdminConnectionString { get; }

    public ServerEnvironment Server { get; }

    /// <summary>Whether the harness started the server, and nobody else uses it.</summary>
    public bool IsPrivate => _server is not null;

    /// <summary>Process id of a native cluster's postmaster; null when the server runs elsewhere.</summary>
    public int? ServerProcessId { get; internal init; }

    /// <summary>Data directory of a native cluster; null when the server runs elsewhere.</summary>
    public string? DataDirectory { get; internal init; }

    /// <summary>Keeps other runs away from a given database; null where this run needs no lock, or has none.</summary>
    internal RunLock? Lock { get; init; }

    public async ValueTask DisposeAsync()
    {
        if (Lock is not null) await Lock.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
    }
}
