using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.IntegrationTests.Provisioning;

public sealed class NativeClusterTests(PostgresCluster cluster)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_copied_from_the_base_schema_has_its_tables()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await using var command = database.Owner.CreateCommand("select count(*) from leads");
        Assert.Equal(0L, await command.ExecuteScalarAsync(Token));
    }

    [Fact]
    public async Task A_private_server_listens_on_loopback_alone_and_wants_the_password()
    {
        await using var connection = new NpgsqlConnection(cluster.Server.ConnectionString);
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand("select current_setting('listen_addresses') || current_setting('unix_socket_directories')", connection);
        Assert.Equal("127.0.0.1", await command.ExecuteScalarAsync(Token));

        var wrong = new NpgsqlConnectionStringBuilder(cluster.Server.ConnectionString) { Password = "guess", Pooling = false };
        await using var guessing = new NpgsqlConnection(wrong.ConnectionString);
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => guessing.OpenAsync(Token));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refusal.SqlState);
    }

    [Fact]
    public async Task A_disposed_server_leaves_no_process_and_no_directory()
    {
        var own = await NativeCluster.StartAsync(cluster.Server.Binaries, SmallServer, keep: false, Token);
        var (process, root) = (own.ProcessId, own.Directory.Root);
        Assert.True(ServerAccount.IsAlive(process));
        await own.DisposeAsync();
        Assert.False(ServerAccount.IsAlive(process));
        Assert.False(Directory.Exists(root));
    }

    [Fact]
    public async Task A_setting_that_the_server_refuses_is_named_with_the_servers_own_words()
    {
        var settings = new Dictionary<string, string> { ["shared_buffers"] = "many" };
        var failure = await Assert.ThrowsAsync<Core.HarnessException>(() => NativeCluster.StartAsync(cluster.Server.Binaries, settings, keep: false, Token));
        Assert.Contains("invalid value for parameter \"shared_buffers\": \"many\"", failure.Message, StringComparison.Ordinal);
    }

    internal static Dictionary<string, string> SmallServer => new() { ["shared_buffers"] = "16MB", ["max_connections"] = "20" };
}
