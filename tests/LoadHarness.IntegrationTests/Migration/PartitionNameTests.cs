using LoadHarness.Checks.Health;
using LoadHarness.Checks.Verification;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Verdicts;
using LoadHarness.IntegrationTests.Health;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Distribution;
using LoadHarness.Postgres.Migration;
using Npgsql;

namespace LoadHarness.IntegrationTests.Migration;

/// <summary>
/// Nothing may depend on a partition's name: here each has the name that another month's would have, or none that says anything.
/// </summary>
public sealed class PartitionNameTests(PostgresCluster cluster)
{
    private const string Meaningless =
        """
        do $$ declare v record; begin
            for v in select b.partition from unnest(array['email_sends', 'lead_activities']::regclass[]) p, partition_bounds(p) b loop
                execute format('alter table %s rename to %I', v.partition, 'x' || md5(v.partition::text));
            end loop;
        end $$
        """;

    // Backwards: the newest month has the oldest one's name.
    private const string Misleading =
        """
        do $$ declare v record; begin
            create temp table renamed on commit drop as
            with named as (
                select parent, partition, partition::text as old, row_number() over (partition by parent order by from_at) as up,
                       row_number() over (partition by parent order by from_at desc) as down
                from unnest(array['email_sends', 'lead_activities']::regclass[]) as p (parent), partition_bounds(p.parent)
                where not is_default
            )
            select a.partition, a.old, b.old as new from named a join named b on b.parent = a.parent and b.down = a.up;
            for v in select * from renamed loop execute format('alter table %s rename to %I', v.partition, v.old || '_'); end loop;
            for v in select * from renamed loop execute format('alter table %s rename to %I', v.partition, v.new); end loop;
        end $$
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    // A migration and a rollback take long: names of both kinds come one after the other, and each is the one that is rolled back once.
    [Theory]
    [InlineData(false, Misleading, Meaningless)]
    [InlineData(true, Meaningless, Misleading)]
    public async Task Creation_retention_health_verification_and_rollback_go_by_the_bounds(bool withPartman, string first, string second)
    {
        await using var database = await MigratedAsync(withPartman);
        await SampleRows.InsertAsync(database.Owner);
        await database.Owner.ExecuteAsync("select create_monthly_partitions(24)");
        // A month with sends that are still to go out stays.
        await database.Owner.ExecuteAsync("update email_sends set status = 'sent' where status = 'pending'");
        await database.Owner.ExecuteAsync("update campaigns set status = 'sent' where status = 'sending'");

        await GoesByTheBoundsAsync(database, first, retainDays: 600);
        var left = await GoesByTheBoundsAsync(database, second, retainDays: 400);

        await new Migrator(database.Owner).DownAsync(SilentProgress.Instance, Stop);
        Assert.Equal(left, await database.Owner.AskAsync<long>("select count(*) from email_sends"));
    }

    /// <returns>How many sends are left.</returns>
    private static async Task<long> GoesByTheBoundsAsync(TestDatabase database, string rename, int retainDays)
    {
        var before = await BoundsAsync(database);
        await database.Owner.ExecuteAsync(rename);

        Assert.Equal(0, await database.Owner.AskAsync<int>("select create_monthly_partitions(24)"));
        Assert.Equal(before, await BoundsAsync(database));
        await DropAMonthAheadAsync(database);
        Assert.Equal(1, await database.Owner.AskAsync<int>("select create_monthly_partitions(24)"));
        Assert.Equal(before, await BoundsAsync(database));
        Assert.Equal(HealthStatus.Green, (await FaultFinding.LookAsync(database.Owner, "future-partitions")).Status);
        Assert.Equal(HealthStatus.Green, (await FaultFinding.LookAsync(database.Owner, "default-partition")).Status);
        await AssertVerifiedAsync(database);

        var edge = $"date_trunc('month', now() - interval '{retainDays} days')";
        var old = await database.Owner.AskAsync<long>($"select count(*) from email_sends where created_at < {edge}");
        var all = await database.Owner.AskAsync<long>("select count(*) from email_sends");
        Assert.True(old > 0);
        await database.Owner.ExecuteAsync($"select count(*) from cleanup_old_email_sends({retainDays})");
        Assert.Equal(all - old, await database.Owner.AskAsync<long>("select count(*) from email_sends"));
        Assert.Equal(0, await database.Owner.AskAsync<long>(
            $"select count(*) from partition_bounds('email_sends') where to_at <= {edge}"));
        return all - old;
    }

    // Of all that verify asks, what it asks of partitions.
    private static async Task AssertVerifiedAsync(TestDatabase database)
    {
        await using var connection = await database.Owner.OpenConnectionAsync(Stop);
        var shape = await ClusterShape.ReadAsync(connection, Stop);
        var checks = SqlCheck.Shipped.Where(check => check.Id.StartsWith("PT-", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(checks);
        foreach (var check in checks)
        {
            var verdict = await CheckRunner.RunAsync(connection, check, shape, Stop);
            Assert.True(verdict.Kind == VerdictKind.Met, $"{check.Id}: {verdict.Evidence}");
        }
    }

    private static Task DropAMonthAheadAsync(TestDatabase database) => database.Owner.ExecuteAsync(
        """
        do $$ begin execute (select 'drop table ' || partition from partition_bounds('email_sends')
            where from_at > now() + interval '2 months' order by from_at limit 1);
        end $$
        """);

    private static Task<List<string>> BoundsAsync(TestDatabase database) => database.Owner.ListAsync(
        """
        select concat_ws(' ', p, b.from_at, b.to_at, b.is_default)
        from unnest(array['email_sends', 'lead_activities']::regclass[]) p, partition_bounds(p) b
        order by 1
        """);

    private async Task<TestDatabase> MigratedAsync(bool withPartman)
    {
        var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        var without = withPartman ? "pg_cron" : "pg_partman,pg_cron";
        var options = new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            Options = $"-c loadharness.without_extensions={without}",
        };
        await using var admin = NpgsqlDataSource.Create(options.ConnectionString);
        await new Migrator(admin).UpAsync(SilentProgress.Instance, Stop);
        var there = await admin.AskAsync<bool>("select exists (select from pg_extension where extname = 'pg_partman')");
        if (withPartman && !there) await database.DisposeAsync();
        Require.Present(withPartman && !there ? "pg_partman is not installed: apt-get install postgresql-15-partman." : null);
        return database;
    }
}
