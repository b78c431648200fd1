using System.Diagnostics;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;

namespace LoadHarness.IntegrationTests.Sends;

[Collection(Alone.Name)]
public sealed class CampaignStopTests(PostgresCluster cluster)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_campaign_is_paused_and_cancelled_within_a_second_while_many_recipients_are_added()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 60_000);
        await database.Owner.ExecuteAsync("insert into campaigns (id, workspace_id, name, subject) values (5, 1, 'c', 's')");
        var scheduling = Task.Run(() =>
            app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends(5, $1)", [], Stop), Stop);
        await UntilAsync(database,
            """
            select exists (select from pg_stat_activity where query like '%bulk_schedule_email_sends%' and state = 'active'
                and pid <> pg_backend_pid() and datname = current_database())
            """);

        var watch = Stopwatch.StartNew();
        await app.ScalarAsync<string>("select pause_campaign($1, 5)", [], Stop);
        await app.ScalarAsync<string>("select cancel_campaign($1, 5)", [], Stop);
        var waited = watch.Elapsed;

        Assert.False(scheduling.IsCompleted, "the scheduling was over before the campaign was stopped: use more leads");
        Assert.True(waited < TimeSpan.FromSeconds(1), $"{waited}");
        Assert.Equal("LH007", (await Assert.ThrowsAsync<Npgsql.PostgresException>(() => scheduling)).SqlState);
        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from email_sends"));
    }

    private static async Task UntilAsync(TestDatabase database, string condition)
    {
        while (!await database.Owner.AskAsync<bool>(condition)) await Task.Delay(5, Stop);
    }
}
