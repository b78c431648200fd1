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
        Assert.Empty(report.Checks.Where(c => c.Refused).Select(c => c.Evidence));
    }

    [Fact]
    public async Task A_database_without_the_schema_is_checked_as_far_as_it_goes()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        var report = await LookAsync(database);
        Assert.Empty(report.Checks.Where(c => c.Refused).Select(c => c.Evidence));
        Assert.Equal(HealthStatus.Unknown, report.Checks.Single(c => c.Id == "jobs").Status);
        Assert.Equal(VerdictKind.Unavailable, report.ToVerdicts().Single(v => v.Id == "jobs").Kind);
        Assert.Equal(HealthStatus.Green, report.Checks.Single(c => c.Id == "transaction-ids").Status);
    }

    [Fact]
    public async Task An_unused_index_is_found_and_not_condemned_on_young_statistics()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            """
            create table big (id int, filler text);
            insert into big select g, repeat(md5(g::text), 8) from generate_series(1, 60000) g;
            create index big_unused on big (filler)
            """);
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
        var limits = new HealthLimits { Of = new Dictionary<string, (double, double)> { ["idle-in-transaction"] = (0, 3600) } };
        var check = (await LookAsync(database, limits)).Checks.Single(c => c.Id == "idle-in-transaction");
        Assert.Equal(HealthStatus.Yellow, check.Status);
        Assert.Contains(check.Findings, f => f.Remedy == $"select pg_terminate_backend({connection.ProcessID});");
    }

    [Fact]
    public Task An_overdue_job_is_found_and_well_after_a_run_by_hand() => FaultFinding.InjectFindAndFixAsync(
        cluster, "jobs", HealthStatus.Yellow, "maintenance",
        """
        insert into job_runs (job, runner, outcome, started_at, finished_at)
        select name, 'test', 'succeeded', now() - max_age * 2, now() - max_age * 2
        from scheduled_jobs
        """);

    [Theory]
    [InlineData("finish_lead_import")]
    [InlineData("apply_send_events")]
    public async Task A_batch_may_take_longer_than_a_query_but_not_longer_than_a_whole_import(string batch)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            $"""
            create function {batch}(seconds double precision) returns text language sql volatile
            as 'select pg_sleep(seconds)::text'
            """);
        for (var i = 0; i < 5; i++) await database.Owner.ExecuteAsync($"select {batch}(0.02)");
        for (var i = 0; i < 100; i++) await database.Owner.ExecuteAsync("select 1 as quick");
        // The view holds the statements of every database of the server.
        var mean = await database.Owner.AskAsync<double>(
            $"""
            select s.mean_exec_time
            from pg_stat_statements s
            join pg_database d on d.oid = s.dbid
            where d.datname = current_database() and s.query like 'select {batch}(%' and s.calls = 5
            """);

        // Twice as long as the limit of a query, a seventh of the limit of a batch.
        Assert.Empty(await OfBatchesAsync(mean / 2));
        Assert.Equal(HealthStatus.Red, Assert.Single(await OfBatchesAsync(mean / 16)).Status);

        async Task<IEnumerable<HealthFinding>> OfBatchesAsync(double red)
        {
            var limits = new HealthLimits { Of = new Dictionary<string, (double, double)> { ["KM-1"] = (red, red) } };
            return (await LookAsync(database, limits)).Checks.Single(c => c.Id == "KM-1").Findings
                .Where(finding => finding.Subject.Contains(batch, StringComparison.Ordinal));
        }
    }

    /// <summary>What the guide tells people to call with ten minutes of time is no query that a user waits for.</summary>
    [Fact]
    public async Task An_erasure_is_no_slow_query()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            "create function erase_lead(seconds double precision) returns text language sql volatile as 'select pg_sleep(seconds)::text'");
        for (var i = 0; i < 5; i++) await database.Owner.ExecuteAsync("select erase_lead(0.02)");
        var limits = new HealthLimits { Of = new Dictionary<string, (double, double)> { ["KM-1"] = (10, 10) } };

        Assert.DoesNotContain((await LookAsync(database, limits)).Checks.Single(check => check.Id == "KM-1").Findings,
            finding => finding.Subject.Contains("erase_lead", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("public")]
    [InlineData("elsewhere")]
    public async Task A_slow_statement_is_found_with_its_text_in_whatever_schema_the_extension_is(string schema)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            $"create schema if not exists {schema}; alter extension pg_stat_statements set schema {schema}");
        for (var i = 0; i < 5; i++) await database.Owner.ExecuteAsync("/* app */ select pg_sleep(0.02) as slow_on_purpose");
        var limits = new HealthLimits { Of = new Dictionary<string, (double, double)> { ["KM-1"] = (10, 20) } };
        var check = (await LookAsync(database, limits)).Checks.Single(c => c.Id == "KM-1");
        Assert.Equal(HealthStatus.Red, check.Status);
        Assert.Contains(check.Findings, finding => finding.Subject.Contains("slow_on_purpose", StringComparison.Ordinal));
        Assert.True(check.Figure >= 20, $"{check.Figure}");
    }

    /// <summary>The statistics of the others, and of other databases, are still of use.</summary>
    [Fact]
    public async Task The_remedy_of_a_slow_statement_forgets_that_one_alone()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        for (var i = 0; i < 5; i++) await database.Owner.ExecuteAsync("select pg_sleep(0.02) as slow_on_purpose");
        var limits = new HealthLimits { Of = new Dictionary<string, (double, double)> { ["KM-1"] = (10, 20) } };
        var slow = (await LookAsync(database, limits)).Checks.Single(c => c.Id == "KM-1").Findings
            .Single(finding => finding.Subject.Contains("slow_on_purpose", StringComparison.Ordinal));
        var others = await CountAsync();

        var remedy = slow.Remedy ?? "";
        await database.Owner.ExecuteAsync(remedy[remedy.IndexOf("select pg_stat_statements_reset", StringComparison.Ordinal)..]);

        Assert.True(await CountAsync() >= others);
        await FaultFinding.AssertGoneAsync(database.Owner, "KM-1", "slow_on_purpose", limits);

        Task<long> CountAsync() => database.Owner.AskAsync<long>(
            """
            select count(*)
            from pg_stat_statements s
            join pg_database d on d.oid = s.dbid
            where d.datname = current_database() and s.query not like '%slow_on_purpose%'
            """);
    }

    /// <summary>20 seconds a call since yesterday are 60 ms in the mean of a year.</summary>
    [Fact]
    public async Task Means_that_could_hide_a_bad_day_are_unknown_with_how_to_get_a_shorter_time()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        for (var i = 0; i < 5; i++) await database.Owner.ExecuteAsync("select pg_sleep(0.02)");
        for (var i = 0; i < 100; i++) await database.Owner.ExecuteAsync("select 1 as quick");
        var limits = new HealthLimits { Of = new Dictionary<string, (double, double)> { ["KM-1"] = (1_000, 2_000) } };
        Assert.Equal(HealthStatus.Green, (await FaultFinding.LookAsync(database.Owner, "KM-1", limits)).Status);

        await using var aged = await Aged.OpenAsync(database);
        var check = await FaultFinding.LookAsync(aged, "KM-1", limits);

        Assert.Equal(HealthStatus.Unknown, check.Status);
        var finding = Assert.Single(check.Findings);
        Assert.Contains("a bad day of 1 of them does not show", finding.Detail, StringComparison.Ordinal);
        Assert.StartsWith("Once a week", finding.Remedy, StringComparison.Ordinal);
        // Had all its time gone into one day, it would still be quick.
        Assert.Equal(HealthStatus.Green, (await FaultFinding.LookAsync(aged, "KM-1", new HealthLimits
        {
            Of = new Dictionary<string, (double, double)> { ["KM-1"] = (1_000_000, 2_000_000) },
        })).Status);
    }

    /// <summary>Whatever a statement begins with, a user waits for it; jobs and this program's own statements are no user's.</summary>
    [Theory]
    [InlineData("-- app:crm\nselect pg_sleep(0.02)", "select pg_sleep", true)]
    [InlineData("(select pg_sleep(0.02)::text limit 1) union all select 'x'", "union all", true)]
    [InlineData("values (pg_sleep(0.02))", "values (", true)]
    [InlineData("call slow_on_purpose()", "call slow_on_purpose", true)]
    [InlineData("call run_job()", "call run_job", false)]
    [InlineData("select /* loadharness: test */ pg_sleep(0.02)", "pg_sleep", false)]
    public async Task A_slow_statement_is_found_however_it_begins(string statement, string told, bool isFound)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        foreach (var name in (string[])["slow_on_purpose", "run_job"])
            await database.Owner.ExecuteAsync($"create procedure {name}() language plpgsql as 'begin perform pg_sleep(0.02); end'");
        for (var i = 0; i < 5; i++) await database.Owner.ExecuteAsync(statement);
        var limits = new HealthLimits { Of = new Dictionary<string, (double, double)> { ["KM-1"] = (10, 20) } };

        var findings = (await LookAsync(database, limits)).Checks.Single(c => c.Id == "KM-1").Findings;

        Assert.Equal(isFound, findings.Any(finding => finding.Status == HealthStatus.Red
            && finding.Subject.Contains(told, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_red_batch_is_told_before_more_yellow_statements_than_there_is_room_for()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            "create function finish_lead_import(seconds double precision) returns text language sql volatile "
            + "as 'select pg_sleep(seconds)::text'");
        for (var i = 0; i < 5; i++) await database.Owner.ExecuteAsync("select finish_lead_import(0.2)");
        foreach (var columns in Enumerable.Range(1, 25))
            for (var i = 0; i < 5; i++)
                await database.Owner.ExecuteAsync($"select {string.Join(", ", Enumerable.Repeat("now()", columns))}");
        var limits = new HealthLimits { Of = new Dictionary<string, (double, double)> { ["KM-1"] = (0.000001, 10) } };

        var check = (await LookAsync(database, limits)).Checks.Single(c => c.Id == "KM-1");

        Assert.Equal(HealthStatus.Red, check.Status);
        Assert.Contains(check.Findings, finding => finding.Status == HealthStatus.Red
            && finding.Subject.Contains("finish_lead_import", StringComparison.Ordinal));
    }

    /// <summary>Where it may ask the view, it is shown its own texts alone.</summary>
    [Fact]
    public async Task Statements_whose_text_the_login_may_not_read_are_unknown_with_the_grant_that_shows_them()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            """
            grant select on pg_stat_statements to lh_readonly;
            grant execute on function pg_stat_statements(boolean) to lh_readonly
            """);
        var reader = database.As("lh_readonly");
        for (var i = 0; i < 100; i++) await reader.ExecuteAsync("select 1 as quick");

        var seen = await FaultFinding.LookAsync(reader, "KM-1");

        Assert.Equal(HealthStatus.Unknown, seen.Status);
        Assert.Equal("grant pg_read_all_stats to lh_readonly;",
            Assert.Single(seen.Findings, finding => finding.Subject == "statements of other roles").Remedy);
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

    /// <summary>The counters of a database are those of months: what they lost today does not show in their ratio.</summary>
    [Fact]
    public async Task A_cache_that_is_poor_since_the_last_snapshot_is_red_however_good_it_was_before()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await AddSnapshotAsync(database, "1 hour", hits: 0, reads: 20_000);
        var check = (await LookAsync(database)).Checks.Single(c => c.Id == "KM-4");
        Assert.Equal(HealthStatus.Red, check.Status);
        Assert.Contains("shared_buffers", Assert.Single(check.Findings).Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cache_that_was_good_over_a_month_is_unknown_until_a_snapshot_is_taken()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await AddSnapshotAsync(database, "30 days", hits: 2_000_000, reads: 20_000);
        var check = (await LookAsync(database)).Checks.Single(c => c.Id == "KM-4");
        Assert.Equal(HealthStatus.Unknown, check.Status);
        Assert.Equal("loadharness jobs run --job maintenance", Assert.Single(check.Findings).Remedy);

        await AddSnapshotAsync(database, "1 day", hits: 2_000_000, reads: 20_000);
        Assert.Equal(HealthStatus.Green, (await LookAsync(database)).Checks.Single(c => c.Id == "KM-4").Status);
    }

    /// <summary>A crash sets the counters back to nothing: an early snapshot has fewer all the same.</summary>
    [Fact]
    public async Task A_snapshot_from_before_the_counters_were_discarded_is_no_begin_of_a_window()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await AddSnapshotAsync(database, "3 days", hits: 0, reads: 20_000);
        await AddSnapshotAsync(database, "1 day", hits: -1_000_000_000, reads: 0);
        var early = await database.Owner.AskAsync<bool>("select since < now() - interval '2 days' from get_cache_hit_ratio()");
        Assert.False(early);
    }

    [Fact]
    public async Task Reviews_have_every_section()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync("call run_job('maintenance')");
        var week = await Review.WeeklyAsync(database.Owner, CancellationToken.None);
        Assert.NotEmpty(week);
        Assert.Equal(week.Count, week.Select(section => section.Title).Distinct().Count());
        var month = await Review.MonthlyAsync(database.Owner, CancellationToken.None);
        Assert.Contains(month, s => s.Title == "Capacity outlook" && s.Rows.Count > 0);
    }

    /// <summary>What the maintenance would have kept then, had so many blocks been found and read since.</summary>
    private static Task AddSnapshotAsync(TestDatabase database, string age, long hits, long reads) => database.Owner.ExecuteAsync(
        $"""
        insert into database_snapshots (
            captured_at, stats_reset, blocks_hit, blocks_read, commits, rollbacks, deadlocks, temp_bytes, database_bytes)
        select now() - interval '{age}', stats_reset, blks_hit - $1, blks_read - $2, 0, 0, 0, 0, 0
        from pg_stat_database
        where datname = current_database()
        """, hits, reads);

    private static Task<HealthReport> LookAsync(TestDatabase database, HealthLimits? limits = null) =>
        HealthCheck.RunAsync(database.Owner, SilentProgress.Instance, CancellationToken.None, limits);
}
