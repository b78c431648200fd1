using LoadHarness.Core;
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

    // As of an older release, or killed: from there, there and back would end in the base schema.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_database_in_between_is_refused_as_it_is(bool halfWay)
    {
        var stop = TestContext.Current.CancellationToken;
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        var steps = MigrationFiles.Read().Migrations[1].Up;
        var stopped = new Migrator(database.Owner)
        {
            StepExecuted = step => step == steps[halfWay ? 1 : 0].Name ? throw new TimeoutException() : Task.CompletedTask,
        };
        await Assert.ThrowsAsync<TimeoutException>(() => stopped.UpAsync(SilentProgress.Instance, stop));
        var before = (await new Migrator(database.Owner).StatusAsync(stop)).Migrations;

        var refusal = await Assert.ThrowsAsync<HarnessException>(
            () => MigrationMeasurement.RunAsync(database.Owner, connections: 1, SilentProgress.Instance, stop));

        Assert.Equal(ExitCode.BadUsage, refusal.ExitCode);
        Assert.Contains("Run `migrate` (or `rollback`) to its end first", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, (await new Migrator(database.Owner).StatusAsync(stop)).Migrations);
    }
}
