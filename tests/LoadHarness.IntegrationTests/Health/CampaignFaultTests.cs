using LoadHarness.Checks.Health;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.IntegrationTests.Health;

/// <summary>Campaigns that are due and do not send are told, each for its own reason.</summary>
public sealed class CampaignFaultTests(PostgresCluster cluster)
{
    private const string Check = "missed-sends";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Campaigns_that_no_job_started_are_found_and_started()
    {
        await using var database = await OpenAsync();
        await database.Owner.ExecuteAsync(
            """
            insert into campaigns (id, workspace_id, name, subject, status, recipients_due, scheduled_at, created_at, updated_at)
            select 10 + g, 1, 'c', 's', 'scheduled', true, now() - make_interval(mins => 20 + g), now() - interval '1 day',
                now() - interval '1 day'
            from generate_series(1, 6) g
            """);

        var finding = await FaultFinding.FindAsync(database.Owner, Check, HealthStatus.Yellow, "did not start");

        Assert.StartsWith("6, the first since ", finding.Detail, StringComparison.Ordinal);
        Assert.Contains("campaign 16 of workspace 1, 15 of workspace 1", finding.Detail, StringComparison.Ordinal);
        await FaultFinding.FixAsync(database.Owner, Check, finding);
    }

    [Fact]
    public async Task A_campaign_that_nobody_claims_is_found_until_somebody_does_whatever_its_mails_tell()
    {
        await using var database = await OpenAsync();
        await using var app = TenantDatabase.Open(database.ConnectionString, "lh_app", Workspaces.Own, 2);
        await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends(5, $1)", [], Stop);
        Assert.Equal(HealthStatus.Green, (await FaultFinding.LookAsync(database.Owner, Check)).Status);

        await database.Owner.ExecuteAsync("update campaigns set updated_at = now() - interval '2 hours' where id = 5");
        var finding = await FaultFinding.FindAsync(database.Owner, Check, HealthStatus.Red, "nobody claims");
        Assert.Contains("campaign 5 of workspace 1", finding.Detail, StringComparison.Ordinal);

        Assert.Equal(1, await app.ScalarAsync<long>("select count(*) from claim_email_sends($1, 5, 'w', 1)", [], Stop));
        Assert.Equal(HealthStatus.Green, (await FaultFinding.LookAsync(database.Owner, Check)).Status);

        // The mail is out and opened, and its event changes the campaign; the others wait.
        await database.Owner.ExecuteAsync(
            """
            update email_sends set claimed_at = now() - interval '20 minutes', status = 'opened' where status = 'claimed';
            update campaigns set updated_at = now() where id = 5;
            """);
        await FaultFinding.FindAsync(database.Owner, Check, HealthStatus.Yellow, "nobody claims");
    }

    [Fact]
    public async Task Retries_are_missed_from_the_time_at_which_they_are_due()
    {
        await using var database = await OpenAsync();
        await using var app = TenantDatabase.Open(database.ConnectionString, "lh_app", Workspaces.Own, 2);
        await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends(5, $1)", [], Stop);
        await database.Owner.ExecuteAsync(
            """
            update campaigns set updated_at = now() - interval '2 hours' where id = 5;
            update email_sends set next_attempt_at = now() + interval '5 minutes', claimed_at = now() - interval '2 hours';
            """);
        Assert.Equal(HealthStatus.Green, (await FaultFinding.LookAsync(database.Owner, Check)).Status);
        await database.Owner.ExecuteAsync("update email_sends set next_attempt_at = now() - interval '20 minutes'");
        await FaultFinding.FindAsync(database.Owner, Check, HealthStatus.Yellow, "nobody claims");
    }

    [Theory]
    [InlineData("scheduled")]
    [InlineData("sending")]
    public async Task A_campaign_whose_window_closed_before_it_was_done_is_found(string status)
    {
        await using var database = await OpenAsync();
        await database.Owner.ExecuteAsync(
            $"""
            insert into email_sends (workspace_id, campaign_id, lead_id, email) select 1, 5, id, email from leads;
            update campaigns set status = '{status}', send_window = tstzrange(now() - interval '3 hours', now() - interval '2 hours')
            where id = 5;
            """);
        var finding = await FaultFinding.FindAsync(database.Owner, Check, HealthStatus.Red, "window is over");
        Assert.Contains("campaign 5 of workspace 1", finding.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("update campaigns set status = 'scheduled', scheduled_at = now() + interval '1 hour' where id = 5")]
    [InlineData("update campaigns set status = 'scheduled', send_window = tstzrange(now() + interval '1 hour', null) where id = 5")]
    [InlineData("update campaigns set status = 'paused' where id = 5")]
    [InlineData("update campaigns set status = 'sending' where id = 5; delete from email_sends")]
    public async Task What_is_not_due_stopped_or_done_is_not_missed(string change)
    {
        await using var database = await OpenAsync();
        await database.Owner.ExecuteAsync(
            $"""
            insert into email_sends (workspace_id, campaign_id, lead_id, email) select 1, 5, id, email from leads;
            {change};
            update campaigns set updated_at = now() - interval '2 hours';
            """);
        Assert.Equal(HealthStatus.Green, (await FaultFinding.LookAsync(database.Owner, Check)).Status);
    }

    /// <summary>A database with leads and the campaign 5, a draft.</summary>
    private async Task<TestDatabase> OpenAsync()
    {
        var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await Workspaces.AddAsync(database);
        await Workspaces.AddLeadsAsync(database, 3);
        await database.Owner.ExecuteAsync("insert into campaigns (id, workspace_id, name, subject) values (5, 1, 'c', 's')");
        return database;
    }
}
