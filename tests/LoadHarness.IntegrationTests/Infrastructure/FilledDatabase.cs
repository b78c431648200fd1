namespace LoadHarness.IntegrationTests.Infrastructure;

/// <summary>A database with many leads that the tests of a class read together.</summary>
public sealed class FilledDatabase(PostgresCluster cluster) : IAsyncLifetime
{
    public TestDatabase Database { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Database = await cluster.CreateDatabaseAsync(SchemaState.Filled);

    public ValueTask DisposeAsync() => Database?.DisposeAsync() ?? ValueTask.CompletedTask;
}
