using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Migration;

namespace LoadHarness.IntegrationTests.Migration;

/// <summary>Campaigns that the application of before left as scheduled are not mailed by the first run of a job.</summary>
public sealed class ForgottenCampaignTests(PostgresCluster cluster)
{
    private const string Statuses = "select name || ' ' || status from campaigns order by id";
    private const string Sends =
        """
        select c.name || ' ' || count(*) from email_sends s join campaigns c on c.id = s.campaign_id
        group by c.id, c.name order by c.id
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_are_paused_and_told_and_those_of_the_last_day_and_of_later_start_when_they_are_due()
    {
        await using var database = await WithCampaignsAsync();
        var notes = new Notes();

        await new Migrator(database.Owner).UpAsync(notes, Stop);
        await database.Owner.ExecuteAsync("call run_job('start-campaigns')");

        Assert.Equal(["never paused", "long_ago paused", "tomorrow scheduled", "last_hour sending", "draft draft"],
            await database.Owner.ListAsync(Statuses));
        Assert.Equal(["last_hour 3"], await database.Owner.ListAsync(Sends));
        Assert.Contains(notes.Sentences, sentence => sentence.Contains("2 are paused", StringComparison.Ordinal));

        // One that is meant is scheduled again, as any other.
        await database.As("lh_app").AskInAsync<string>(1, "select schedule_campaign(1, 2)");
        await database.Owner.ExecuteAsync("call run_job('start-campaigns')");
        Assert.Equal(["long_ago 3", "last_hour 3"], await database.Owner.ListAsync(Sends));
    }

    [Fact]
    public async Task A_rollback_schedules_those_again_that_nobody_has_changed_since()
    {
        await using var database = await WithCampaignsAsync();
        const string times = "select concat_ws(' ', name, scheduled_at, updated_at) from campaigns where name <> 'long_ago' order by id";
        var before = await database.Owner.ListAsync(times);
        var migrator = new Migrator(database.Owner);
        await migrator.UpAsync(SilentProgress.Instance, Stop);
        await database.As("lh_app").AskInAsync<string>(1, "select cancel_campaign(1, 2)");

        await migrator.DownAsync(SilentProgress.Instance, Stop);

        Assert.Equal(["never scheduled", "long_ago cancelled", "tomorrow scheduled", "last_hour scheduled", "draft draft"],
            await database.Owner.ListAsync(Statuses));
        Assert.Equal(before, await database.Owner.ListAsync(times));
    }

    private async Task<TestDatabase> WithCampaignsAsync()
    {
        var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await database.Owner.ExecuteAsync(
            """
            insert into workspaces (id, name) values (1, 'own');
            insert into leads (workspace_id, email) select 1, 'lead' || i || '@x.io' from generate_series(1, 3) i;
            insert into lead_segments (id, workspace_id, name, conditions)
            values (1, 1, 'active', '{"field": "status", "operator": "equals", "value": "active"}');
            insert into campaigns (id, workspace_id, segment_id, name, subject, status, scheduled_at)
            values (1, 1, 1, 'never', 's', 'scheduled', null),
                   (2, 1, 1, 'long_ago', 's', 'scheduled', now() - interval '3 years'),
                   (3, 1, 1, 'tomorrow', 's', 'scheduled', now() + interval '1 day'),
                   (4, 1, 1, 'last_hour', 's', 'scheduled', now() - interval '1 hour'),
                   (5, 1, 1, 'draft', 's', 'draft', null);
            """);
        return database;
    }
}
