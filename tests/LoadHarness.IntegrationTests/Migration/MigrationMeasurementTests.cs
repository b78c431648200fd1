using LoadHarness.Core.Progress;
using LoadHarness.Core.Verdicts;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres.Migration;

namespace LoadHarness.IntegrationTests.Migration;

public sealed class MigrationMeasurementTests(PostgresCluster cluster)
{
    [Fact]
    public async Task There_and_back_under_load_no_query_fails_and_the_schema_is_what_it_was()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await SampleRows.InsertAsync(database.Owner);

        var verdicts = await MigrationMeasurement.RunAsync(database.Owner, connections: 3, SilentProgress.Instance, cancellationToken);

        Assert.Equal(["DP-1", "DP-1", "DP-2", "DP-2", "DP-2"], verdicts.Select(verdict => verdict.Id));
        Assert.DoesNotContain(verdicts, verdict => verdict.Caveats.Any(caveat => caveat.Contains("failed", StringComparison.Ordinal)));
        Assert.True(verdicts[^1].Kind == VerdictKind.Met, string.Join("; ", verdicts[^1].Caveats));
        Assert.True(verdicts[0].Samples > 10, verdicts[0].Evidence);
    }
}
