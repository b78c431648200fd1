using LoadHarness.Checks.Health;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using Npgsql;
using Npgsql.Replication;

namespace LoadHarness.IntegrationTests.Health;

/// <summary>Faults of indexes: each is found, then fixed by the check's own statement.</summary>
public sealed class IndexFaultTests(PostgresCluster cluster)
{
    private const string BigAndUnused =
        """
        create table big (id int, filler text);
        insert into big select g, repeat(md5(g::text), 8) from generate_series(1, 60000) g;
        create index big_unused on big (filler)
        """;

    // As if the job maintenance had seen every index eight days ago.
    private const string LongKnown =
        """
        select capture_growth();
        update setting_history set captured_at = captured_at - interval '8 days' where name like 'index %'
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    // A test's database is seconds old; what the statistics say of it is judged all the same.
    private static readonly HealthLimits AtOnce = new() { StatisticsSettle = TimeSpan.Zero };

    [Fact]
    public async Task An_index_whose_concurrent_build_failed_is_found_and_rebuilt()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync("create table twins (id int); insert into twins values (1), (1)");
        await Assert.ThrowsAsync<PostgresException>(
            () => database.Owner.ExecuteAsync("create unique index concurrently twins_id on twins (id)"));
        var finding = await FaultFinding.FindAsync(database.Owner, "invalid-index", HealthStatus.Red, "twins_id");
        await database.Owner.ExecuteAsync("delete from twins where ctid = '(0,2)'");
        await FaultFinding.FixAsync(database.Owner, "invalid-index", finding);
    }

    [Fact]
    public async Task A_partitioned_index_that_partitions_lack_is_found_with_them_and_dropped()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            """
            create index half on only email_sends (error_message);
            create index bare on only email_sends (error_message, id);
            do $$ begin
                execute format('create index half_part on %s (error_message)',
                    (select partition from partition_bounds('email_sends') where is_default));
            end $$;
            alter index half attach partition half_part
            """);
        var partitions = await database.Owner.AskAsync<long>("select count(*) from partition_bounds('email_sends')");

        foreach (var (index, missing) in new[] { ("half", partitions - 1), ("bare", partitions) })
        {
            var finding = await FaultFinding.FindAsync(database.Owner, "invalid-index", HealthStatus.Red, index);
            Assert.StartsWith($"{missing} partitions have no valid index of it: email_sends_", finding.Detail, StringComparison.Ordinal);
            Assert.Contains($"alter index {index} attach partition", finding.Remedy, StringComparison.Ordinal);
            Assert.Contains($"drop index {index};", finding.Remedy, StringComparison.Ordinal);
            Assert.DoesNotContain("reindex", finding.Remedy, StringComparison.Ordinal);
            await database.Owner.ExecuteAsync($"drop index {index}");
            await FaultFinding.AssertGoneAsync(database.Owner, "invalid-index", index);
        }
    }

    /// <summary>The indexes of a TOAST table among them, which cannot be reindexed.</summary>
    [Fact]
    public async Task Indexes_of_a_reindex_are_left_alone_while_it_runs_and_dropped_when_it_failed()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            """
            create table rebuilt (id int, name text);
            create index rebuilt_id on rebuilt (id);
            create index rebuilt_name on rebuilt (name)
            """);
        await using var connection = await database.Owner.OpenConnectionAsync(Stop);
        await using var open = await connection.BeginTransactionAsync(Stop);
        await using (var command = new NpgsqlCommand("insert into rebuilt values (1, 'a')", connection))
            await command.ExecuteNonQueryAsync(Stop);
        var reindex = database.Owner.ExecuteAsync("reindex table concurrently rebuilt");
        await OpenTransaction.UntilOneWaitsAsync(database, reindex);

        Assert.Equal(3, await database.Owner.AskAsync<long>("select count(*) from pg_index where not indisvalid"));
        // The second is not shown what the owner builds.
        foreach (var source in (NpgsqlDataSource[])[database.Owner, database.As("lh_readonly")])
            Assert.Equal(HealthStatus.Green, (await FaultFinding.LookAsync(source, "invalid-index")).Status);

        await database.Owner.ExecuteAsync(
            "select pg_cancel_backend(pid) from pg_stat_progress_create_index where datname = current_database()");
        await Assert.ThrowsAsync<PostgresException>(() => reindex);
        await open.RollbackAsync(Stop);
        var left = await FaultFinding.LookAsync(database.Owner, "invalid-index");
        Assert.Equal(3, left.Findings.Count);
        foreach (var finding in left.Findings)
        {
            Assert.StartsWith("drop index concurrently ", finding.Remedy, StringComparison.Ordinal);
            await FaultFinding.FixAsync(database.Owner, "invalid-index", finding);
        }
    }

    [Fact]
    public Task A_duplicate_index_is_found_and_dropped() => FaultFinding.InjectFindAndFixAsync(
        cluster, "duplicate-index", HealthStatus.Yellow, "leads_twice",
        "create index leads_once on leads (phone); create index leads_twice on leads (phone)");

    [Fact]
    public Task Of_two_alike_the_one_that_the_schema_has_stays_though_it_is_younger() => FaultFinding.InjectFindAndFixAsync(
        cluster, "duplicate-index", HealthStatus.Yellow, "leads_once",
        """
        create index leads_once on leads (phone);
        create index leads_twice on leads (phone);
        comment on index leads_twice is 'Telephone numbers.'
        """);

    [Fact]
    public Task Of_two_alike_the_unique_one_stays_though_it_is_younger() => FaultFinding.InjectFindAndFixAsync(
        cluster, "duplicate-index", HealthStatus.Yellow, "twins_plain",
        "create table twins (id int); create index twins_plain on twins (id); create unique index twins_unique on twins (id)");

    [Fact]
    public Task Of_two_alike_the_replica_identity_stays_though_it_is_younger() => FaultFinding.InjectFindAndFixAsync(
        cluster, "duplicate-index", HealthStatus.Yellow, "twins_other",
        """
        create table twins (id int not null);
        create unique index twins_other on twins (id);
        create unique index twins_identity on twins (id);
        alter table twins replica identity using index twins_identity
        """);

    /// <summary>None of them does all that another one does.</summary>
    [Fact]
    public async Task A_valid_index_does_not_go_for_an_invalid_one_nor_a_unique_one_for_one_that_lets_more_in()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            """
            create table twins (id int, part int, place int);
            insert into twins values (1, 1, 1), (1, 2, 2);
            create unique index twins_nulls on twins (part);
            create unique index twins_one_null on twins (part) nulls not distinct;
            alter table twins add constraint twins_later unique (place) deferrable;
            create unique index twins_at_once on twins (place)
            """);
        await Assert.ThrowsAsync<PostgresException>(
            () => database.Owner.ExecuteAsync("create unique index concurrently twins_failed on twins (id)"));
        await database.Owner.ExecuteAsync("create index twins_good on twins (id)");

        var found = await FaultFinding.LookAsync(database.Owner, "duplicate-index");

        Assert.DoesNotContain(found.Findings, finding => finding.Subject.StartsWith("twins", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_three_alike_two_are_counted()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await database.Owner.ExecuteAsync(
            """
            create table twins (id int);
            create index twins_first on twins (id);
            create index twins_second on twins (id);
            create index twins_third on twins (id)
            """);

        var found = await FaultFinding.LookAsync(database.Owner, "duplicate-index");

        Assert.Equal(["twins_second", "twins_third"], found.Findings.Select(finding => finding.Subject).Order(StringComparer.Ordinal));
        Assert.Equal(2, found.Figure!.Value);
    }

    // PostgreSQL drops an index of a partitioned table in another way.
    [Fact]
    public Task A_duplicate_index_of_a_partitioned_table_is_found_and_dropped() => FaultFinding.InjectFindAndFixAsync(
        cluster, "duplicate-index", HealthStatus.Yellow, "sends_twice",
        "create index sends_once on email_sends (error_message); create index sends_twice on email_sends (error_message)");

    [Fact]
    public Task An_index_of_a_partitioned_table_that_nobody_scanned_is_found_and_dropped() => FaultFinding.InjectFindAndFixAsync(
        cluster, "unused-index", HealthStatus.Yellow, "sends_unused",
        $"create index sends_unused on email_sends (error_message); {LongKnown}",
        AtOnce with { Of = new Dictionary<string, (double, double)> { ["unused-index"] = (0.1, 1000) } });

    /// <summary>Nor is any of them red: there is nothing to do about it.</summary>
    [Fact]
    public async Task No_index_of_the_schema_is_to_be_dropped()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(LongKnown);
        var limits = AtOnce with { Of = new Dictionary<string, (double, double)> { ["unused-index"] = (0.001, 0.002) } };

        var found = await FaultFinding.LookAsync(database.Owner, "unused-index", limits);

        Assert.Equal(HealthStatus.Yellow, found.Status);
        Assert.Null(found.Figure);
        Assert.Contains("IX-4", found.Findings.Single(finding => finding.Subject == "leads_workspace_tags_idx").Detail,
            StringComparison.Ordinal);
        Assert.All(found.Findings, finding => Assert.StartsWith("Keep it: ", finding.Remedy, StringComparison.Ordinal));
    }

    [Fact]
    public Task A_big_index_that_nobody_scanned_is_yellow_once_the_statistics_are_old_enough() =>
        FaultFinding.InjectFindAndFixAsync(
            cluster, "unused-index", HealthStatus.Yellow, "big_unused", $"{BigAndUnused}; {LongKnown}", AtOnce);

    [Fact]
    public Task An_unused_index_of_more_than_the_limit_is_red() => FaultFinding.InjectFindAndFixAsync(
        cluster, "unused-index", HealthStatus.Red, "big_unused", $"{BigAndUnused}; {LongKnown}",
        AtOnce with { Of = new Dictionary<string, (double, double)> { ["unused-index"] = (5, 10) } });

    [Fact]
    public async Task An_index_is_not_condemned_before_it_is_known_for_a_week_nor_when_it_is_made_again()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(BigAndUnused);
        Assert.Contains("since when it is there is not known", await UndecidedAsync(), StringComparison.Ordinal);
        await database.Owner.ExecuteAsync("select capture_growth()");
        Assert.Contains("first seen 0.0 h ago", await UndecidedAsync(), StringComparison.Ordinal);
        await database.Owner.ExecuteAsync(LongKnown);
        await FaultFinding.FindAsync(database.Owner, "unused-index", HealthStatus.Yellow, "big_unused", AtOnce);
        await database.Owner.ExecuteAsync("drop index big_unused; create index big_unused on big (filler); select capture_growth()");
        Assert.Contains("first seen 0.0 h ago", await UndecidedAsync(), StringComparison.Ordinal);

        async Task<string> UndecidedAsync()
        {
            var found = await FaultFinding.LookAsync(database.Owner, "unused-index", AtOnce);
            var finding = Assert.Single(found.Findings, one => one.Subject == "big_unused");
            Assert.Equal(HealthStatus.Unknown, finding.Status);
            return finding.Detail;
        }
    }

    [Fact]
    public async Task A_login_that_may_not_read_the_notes_is_told_who_may()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync($"{BigAndUnused}; {LongKnown}");

        var found = await FaultFinding.LookAsync(database.As("lh_readonly"), "unused-index", AtOnce);

        var finding = Assert.Single(found.Findings, one => one.Subject == "big_unused");
        Assert.Equal(HealthStatus.Unknown, finding.Status);
        Assert.Contains("shown to members of lh_owner alone", finding.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_that_only_a_standby_may_use_is_not_condemned()
    {
        await using var server = await OwnServer.StartAsync(("shared_buffers", "16MB"));
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await source.ExecuteAsync(
            $"""
            {BigAndUnused};
            create table setting_history (captured_at timestamptz, name text, value text);
            insert into setting_history values (now() - interval '8 days', 'index public.big_unused', 'big_unused'::regclass::oid::text)
            """);
        await FaultFinding.FindAsync(source, "unused-index", HealthStatus.Yellow, "big_unused", AtOnce);
        await using var standby = new PhysicalReplicationConnection(server.ConnectionString);
        await standby.Open(Stop);

        var finding = Assert.Single((await FaultFinding.LookAsync(source, "unused-index", AtOnce)).Findings);

        Assert.Equal(HealthStatus.Unknown, finding.Status);
        Assert.StartsWith("Ask the standbys too", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_critical_table_that_is_read_from_end_to_end_is_found_and_well_when_its_indexes_are_used()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.AddWorkspaceAsync(leads: 12_000);
        await ReadAsync(database, "set enable_indexscan = off; set enable_indexonlyscan = off; set enable_bitmapscan = off;", 150);
        var finding = await FaultFinding.FindAsync(database.Owner, "KM-5", HealthStatus.Red, "leads", AtOnce);
        Assert.Contains("analyze public.leads;", finding.Remedy, StringComparison.Ordinal);
        await ReadAsync(database, "", 5_000);
        await FaultFinding.AssertGoneAsync(database.Owner, "KM-5", "leads", AtOnce);
    }

    [Fact]
    public async Task A_table_of_the_same_name_in_another_schema_is_not_the_critical_one()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.AddWorkspaceAsync(leads: 12_000);
        await database.Owner.ExecuteAsync(
            """
            create schema copies;
            create table copies.leads as select * from leads;
            do $$ begin for i in 1..500 loop perform count(*) from copies.leads where id = i; end loop; end $$;
            select pg_stat_force_next_flush()
            """);
        await ReadAsync(database, "", 600);

        var found = await FaultFinding.LookAsync(database.Owner, "KM-5", AtOnce);

        Assert.True(found.Status == HealthStatus.Green, $"{found.Status}: {found.Evidence}");
    }

    [Fact]
    public async Task Scans_of_a_year_that_could_hide_a_bad_day_are_unknown()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.AddWorkspaceAsync(leads: 12_000);
        await ReadAsync(database, "set enable_indexscan = off; set enable_indexonlyscan = off; set enable_bitmapscan = off;", 20);
        await ReadAsync(database, "", 5_000);
        Assert.Equal(HealthStatus.Green, (await FaultFinding.LookAsync(database.Owner, "KM-5", AtOnce)).Status);

        await using var aged = await Aged.OpenAsync(database);
        var check = await FaultFinding.LookAsync(aged, "KM-5", AtOnce);

        Assert.Equal(HealthStatus.Unknown, check.Status);
        Assert.Contains("in 9600.0 h of statistics", Assert.Single(check.Findings).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scans_are_not_judged_before_the_statistics_are_an_hour_old()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.AddWorkspaceAsync(leads: 12_000);
        await ReadAsync(database, "set enable_indexscan = off; set enable_indexonlyscan = off; set enable_bitmapscan = off;", 150);
        await FaultFinding.FindAsync(database.Owner, "KM-5", HealthStatus.Red, "leads", AtOnce);
        Assert.Equal(HealthStatus.Unknown, (await FaultFinding.LookAsync(database.Owner, "KM-5")).Status);
    }

    private static Task ReadAsync(TestDatabase database, string settings, int times) => database.Owner.ExecuteAsync(
        $"""
        {settings}
        do $$
        declare v_id bigint;
        begin
            for i in 1..{times} loop
                select id into v_id from leads
                where email = 'lead' || i || '@example.com' and workspace_id = (select max(id) from workspaces);
            end loop;
        end $$;
        reset all;
        select pg_stat_force_next_flush();
        """);
}
