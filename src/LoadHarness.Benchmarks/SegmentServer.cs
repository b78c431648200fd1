using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Migration;
using LoadHarness.Postgres.Provisioning;
using Npgsql;
using NpgsqlTypes;

namespace LoadHarness.Benchmarks;

/// <summary>A private cluster with the optimized schema and no rows, and one connection to it.</summary>
internal sealed class SegmentServer : IAsyncDisposable
{
    private readonly Database _database;
    private readonly NpgsqlConnection _connection;

    private SegmentServer(Database database)
    {
        _database = database;
        _connection = SingleSession.To(database.AdminConnectionString);
    }

    public static async Task<SegmentServer> StartAsync()
    {
        var database = await Provisioner.ProvisionAsync(
            new(new DatabaseTarget.Native(), ServerProfile.Checklist, Keep: false, Force: false), SilentProgress.Instance,
            CancellationToken.None);
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        var migrator = new Migrator(admin);
        await migrator.ApplyBaseAsync(CancellationToken.None);
        await migrator.UpAsync(SilentProgress.Instance, CancellationToken.None);
        var server = new SegmentServer(database);
        await server._connection.OpenAsync();
        return server;
    }

    /// <param name="statement">With one parameter, a segment's conditions.</param>
    public async Task<Func<string, Task<object?>>> PrepareAsync(string statement)
    {
        var command = new NpgsqlCommand(statement, _connection)
        {
            Parameters = { new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Jsonb } },
        };
        await command.PrepareAsync();
        return conditions =>
        {
            command.Parameters[0].Value = conditions;
            return command.ExecuteScalarAsync();
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _database.DisposeAsync();
    }
}
