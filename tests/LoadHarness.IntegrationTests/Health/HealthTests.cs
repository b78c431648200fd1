using LoadHarness.Checks.Health;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Verdicts;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using Npgsql;

namespace LoadHarness.IntegrationTests.Health;

public sealed class HealthTests(PostgresCluster cluster)
{
    [Fact]
    public async Task A_database_just_migrated_has_no_red_check()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var report = await LookAsync(database);
        Assert.Empty(report.Checks.Where(c => c.Status == HealthStatus.Red).Select(c => $"{c.Id}: {c.Evidence}"));
        Assert.Empty(report.Checks.Where(c => c.Evidence.Contains("could not be asked", StringComparison.Ordinal)).Select(c => c.Evidence));
    }

    [Fact]
    public async Task A_database_without_the_schema_is_checked_as_far_as_it_goes()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        var report = await LookAsync(database);
        Assert.All(report.Checks, c => Assert.DoesNotContain("could not be asked", c.Evidence, StringComparison.Ordinal));
        Assert.Equal(HealthStatus.Unknown, report.Checks.Single(c => c.Id == "jobs").Status);
        Assert.Equal(VerdictKind.Unavailable, report.ToVerdicts().Single(v => v.Id == "jobs").Kind);
        Assert.Equal(HealthStatus.Green, report.Checks.Single(c => c.Id == "transaction-ids").Status);
    }

    [Fact]
    public async Task An_unused_index_is_found_and_not_condemned_on_young_statistics()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            "create table big (id int, filler text); insert into big select g, repeat(md5(g::text), 8) from generate_series(1, 60000) g; create index big_unused on big (filler)");
        var check = (await LookAsync(database)).Checks.Single(c => c.Id == "unused-index");
        var finding = Assert.Single(check.Findings, f => f.Subject == "big_unused");
        Assert.Equal(HealthStatus.Unknown, finding.Status);
        Assert.Equal("drop index concurrently big_unused;", finding.Remedy);
    }

    [Fact]
    public async Task A_session_idle_in_a_transaction_is_found()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await using var connection = await database.Owner.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var open = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var command = new NpgsqlCommand("select 1", connection))
            await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        // Ten seconds is the least that counts as idle.
        await Task.Delay(TimeSpan.FromSeconds(10.5), TestContext.Current.CancellationToken);
        var check = (await LookAsync(database)).Checks.Single(c => c.Id == "idle-in-transaction");
        Assert.Equal(HealthStatus.Yellow, check.Status);
        Assert.Contains(check.Findings, f => f.Remedy == $"select pg_terminate_backend({connection.ProcessID});");
    }

    [Fact]
    public Task An_overdue_job_is_found_and_well_after_a_run_by_hand() => FaultFinding.InjectFindAndMendAsync(
        cluster, "jobs", HealthStatus.Yellow, "maintenance",
        "insert into job_runs (job, runner, outcome, started_at, finished_at) select name, 'test', 'succeeded', now() - max_age * 2, now() - max_age * 2 from scheduled_jobs");

    [Fact]
    public async Task A_batch_may_take_longer_than_a_query_but_not_longer_than_a_whole_import()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            "create function finish_lead_import(seconds double precision) returns text language sql volatile as 'select pg_sleep(seconds)::text'");
        for (var i = 0; i < 5; i++) await database.Owner.ExecuteAsync("select finish_lead_import(1.05)");
        for (var i = 0; i < 100; i++) await database.Owner.ExecuteAsync("select 1 as quick");
        var check = (await LookAsync(database)).Checks.Single(c => c.Id == "KM-1");
        Assert.Equal(HealthStatus.Green, check.Status);
        Assert.Contains("slowest batch 105", check.Evidence, StringComparison.Ordinal);

        // As if each call had taken twenty seconds.
        var sql = ServerQuestions.MeanQueryTime.Sql.Replace(
            "mean_exec_time as mean_ms", "mean_exec_time * 20 as mean_ms", StringComparison.Ordinal);
        Assert.Equal("red", await database.Owner.AskAsync<string>(
            $"select a.status from (select 500::double precision as warn, 1000::double precision as red) l cross join lateral ({sql}) a where a.subject like '%finish_lead_import%'"));
    }

    [Fact]
    public async Task A_slow_statement_is_found_with_its_text()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        for (var i = 0; i < 5; i++) await database.Owner.ExecuteAsync("select pg_sleep(1.05) as slow_on_purpose");
        var check = (await LookAsync(database)).Checks.Single(c => c.Id == "KM-1");
        Assert.Equal(HealthStatus.Red, check.Status);
        Assert.Contains("slow_on_purpose", check.Findings[0].Subject, StringComparison.Ordinal);
        Assert.InRange(check.Figure!.Value, 1000, 5000);
    }

    [Fact]
    public async Task Fast_growth_is_found()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            "insert into table_size_history values (current_date - 15, 'leads', 1, 20000000), (current_date, 'leads', 1, 80000000)");
        var check = (await LookAsync(database)).Checks.Single(c => c.Id == "KM-2");
        Assert.Equal(HealthStatus.Red, check.Status);
        Assert.Equal(600, check.Figure!.Value, 1.0);
    }

    [Fact]
    public async Task Reviews_have_every_section()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync("call run_job('maintenance')");
        Assert.Equal(5, (await Review.WeeklyAsync(database.Owner, CancellationToken.None)).Count);
        var month = await Review.MonthlyAsync(database.Owner, CancellationToken.None);
        Assert.Contains(month, s => s.Title == "Capacity outlook" && s.Rows.Count > 0);
    }

    private static Task<HealthReport> LookAsync(TestDatabase database) =>
        HealthCheck.RunAsync(database.Owner, SilentProgress.Instance, CancellationToken.None);
}
