using LoadHarness.Core.Measurement;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Seeding;

namespace LoadHarness.IntegrationTests.Seeding;

/// <summary>
/// One seeded database for tests that only read it: 20,000 leads in the primary workspace, enough for shares within a percent.
/// </summary>
public sealed class SeededRowsFixture(PostgresCluster cluster) : IAsyncLifetime
{
    private TestDatabase? _database;

    public SeedManifest Manifest { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        var request = new SeedRequest(20_000, 42, 2) { SeededAtMonth = new DateOnly(2026, 10, 1) };
        Manifest = await new Seeder(_database.Owner).SeedAsync(request, SilentProgress.Instance, CancellationToken.None);
    }

    public ValueTask DisposeAsync() => _database?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>The first column of each row.</summary>
    public async Task<IReadOnlyList<double>> NumbersAsync(string sql)
    {
        await using var command = _database!.Owner.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var numbers = new List<double>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            numbers.Add(Convert.ToDouble(reader.GetValue(0)));
        return numbers;
    }

    public async Task<double> NumberAsync(string sql) => Assert.Single(await NumbersAsync(sql));
}
