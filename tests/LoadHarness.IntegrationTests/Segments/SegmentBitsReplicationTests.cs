using System.Diagnostics;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Migration;
using Npgsql;

namespace LoadHarness.IntegrationTests.Segments;

/// <summary>A logical replica of the tables that the guide publishes has bits of its own, on two servers.</summary>
public sealed class SegmentBitsReplicationTests
{
    private const int Leads = 60_000;
    private const int Bounced = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_replica_of_what_the_guide_publishes_follows_and_counts_by_bits_of_its_own()
    {
        await using var publishing = await OwnServer.StartAsync(("wal_level", "logical"), ("fsync", "off"));
        await using var subscribing = await OwnServer.StartAsync(("fsync", "off"));
        await using var publisher = NpgsqlDataSource.Create(publishing.ConnectionString);
        await using var subscriber = NpgsqlDataSource.Create(subscribing.ConnectionString);
        foreach (var side in (NpgsqlDataSource[])[publisher, subscriber])
            await new Migrator(side).BuildAsync(SilentProgress.Instance, Stop);
        await publisher.ExecuteAsync(
            $"""
            insert into workspaces (id, name) values (1, 'own');
            insert into leads (workspace_id, email) select 1, 'lead' || i || '@x.io' from generate_series(1, {Leads}) i
            """);

        await publisher.ExecuteAsync(await publisher.AskAsync<string>(PublicationOfTheGuide()));
        await subscriber.ExecuteAsync(await SubscriptionAsync(subscriber, publishing.ConnectionString));
        await UntilAsync(subscriber, "select count(*) from leads", Leads);
        await UntilAsync(subscriber, "select count(*) from workspaces", 1);
        await subscriber.ExecuteAsync("call run_job('fold-segments')");
        Assert.True(await subscriber.AskAsync<bool>("select ready from segment_bit_workspaces where workspace_id = 1"));

        await publisher.ExecuteAsync($"update leads set status = 'bounced' where id in (select id from leads order by id limit {Bounced})");
        await UntilAsync(subscriber, "select count(*) from leads where status = 'bounced'", Bounced);
        await subscriber.ExecuteAsync("call run_job('fold-segments')");

        Assert.Equal(Leads - Bounced, await subscriber.AskInAsync<long>(1,
            """select count_segmented_leads(1, '{"field": "status", "operator": "equals", "value": "active"}')"""));

        await publisher.ExecuteAsync("truncate leads cascade");
        await UntilAsync(subscriber, "select (not exists (select from leads))::int::bigint", 1);
        Assert.Equal("0 0 0 0", await subscriber.AskAsync<string>(SegmentBitsRightsTests.RowsOfBits));
        Assert.Equal(0, await FaultsAsync(subscriber));
    }

    // The statement that makes the statement, as it stands in the guide.
    private static string PublicationOfTheGuide()
    {
        var lines = File.ReadLines(Repository.File("sql", "IMPLEMENTATION_GUIDE.md"))
            .SkipWhile(line => !line.StartsWith("    select format('create publication ", StringComparison.Ordinal)).ToList();
        var end = lines.FindIndex(line => line.EndsWith(@"\gexec", StringComparison.Ordinal));
        Assert.True(end > 0, "the guide has no statement that makes a publication");
        return string.Join('\n', lines.Take(end + 1)).Replace(@"\gexec", "", StringComparison.Ordinal);
    }

    private static async Task<string> SubscriptionAsync(NpgsqlDataSource subscriber, string publisher)
    {
        var to = new NpgsqlConnectionStringBuilder(publisher);
        var version = await subscriber.AskAsync<int>("select current_setting('server_version_num')::int");
        return $"create subscription crm connection 'host={to.Host} port={to.Port} user={to.Username} password={to.Password} "
            + $"dbname={to.Database}' publication crm{(version >= 160_000 ? " with (run_as_owner = true)" : "")}";
    }

    // A replica that cannot apply a row tries it again for ever.
    private static async Task UntilAsync(NpgsqlDataSource subscriber, string question, long expected)
    {
        var waited = Stopwatch.StartNew();
        while (await subscriber.AskAsync<long>(question) < expected)
        {
            Assert.Equal(0, await FaultsAsync(subscriber));
            Assert.True(waited.Elapsed < Patience, $"{question}: not {expected} after {Patience}");
            await Task.Delay(50, Stop);
        }
    }

    private static Task<long> FaultsAsync(NpgsqlDataSource subscriber) => subscriber.AskAsync<long>(
        "select coalesce(sum(apply_error_count + sync_error_count), 0)::bigint from pg_stat_subscription_stats");
}
