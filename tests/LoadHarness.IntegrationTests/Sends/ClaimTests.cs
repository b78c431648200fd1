using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Migration;
using LoadHarness.Postgres.Workload;
using Npgsql;

namespace LoadHarness.IntegrationTests.Sends;

/// <summary>
/// Each recipient gets a campaign once, also when workers die, wake up late or mark another's, and when the application inserted the rows.
/// </summary>
public sealed class ClaimTests(PostgresCluster cluster)
{
    // As an application of the base schema claims.
    private const string OwnClaim =
        "update email_sends set status = 'claimed' where workspace_id = $1 and campaign_id = 5 and status = 'pending' returning id";

    // The archive is the team's to empty.
    private const string Emptied =
        """
        do $$ begin
            execute (select 'drop table ' || oid::regclass from pg_class
                     where relnamespace = 'archive'::regnamespace and relname like 'email\_sends\_p%' and relkind = 'r');
        end $$
        """;

    // A version before noted the campaign alone.
    private const string AsBefore = "alter table archive.retired_campaigns drop column archived_as, drop column own_month";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_worker_whose_claim_another_has_now_marks_nothing_of_it()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await SchedulingAsync(database, leads: 1);
        var first = await ClaimAsync(app, "a");
        await ReapAsync(database);
        var second = await ClaimAsync(app, "b");

        Assert.Equal(0, await app.ScalarAsync<long>("select mark_email_sends_sent($1, 5, $2, 'a-')", [first.Ids], Stop));
        Assert.Equal(0, await MarkAsync(app, first, "a"));
        Assert.Equal(0, await MarkAsync(app, second, "a"));
        Assert.Equal(1, await MarkAsync(app, second, "b"));
        Assert.Equal(0, await MarkAsync(app, second, "b"));
        Assert.Equal("b-1", await database.Owner.AskAsync<string>("select provider_id from email_sends"));
    }

    [Fact]
    public async Task A_worker_that_wakes_up_before_anybody_else_claimed_may_still_say_that_its_mail_is_out()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await SchedulingAsync(database, leads: 1);
        var claim = await ClaimAsync(app, "a");
        await database.Owner.ExecuteAsync("update email_sends set status = 'pending'");

        Assert.Equal(1, await MarkAsync(app, claim, "a"));
        Assert.Empty((await ClaimAsync(app, "b")).Ids);
    }

    [Fact]
    public async Task A_mail_goes_to_the_address_that_its_lead_has_when_it_is_handed_out()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await SchedulingAsync(database, leads: 2);
        await database.Owner.ExecuteAsync(
            "update email_sends set email = 'chosen@own.io' where lead_id = 2; update leads set email = 'new' || id || '@own.io'");
        Assert.Equal("chosen@own.io,new1@own.io", await app.ScalarAsync<string>(
            "select string_agg(email, ',' order by email) from claim_email_sends($1, 5, 'w', 10)", [], Stop));
    }

    [Theory]
    [InlineData("update email_sends set claimed_at = claimed_at - interval '1 hour' where status = 'claimed'; select reap_stale_claims()")]
    [InlineData("select mark_email_sends_failed(1, 5, array(select id from email_sends), 'no answer', 'w', null, interval '0')")]
    public async Task A_claim_that_is_given_back_goes_to_the_address_that_its_lead_has_by_then(string giveBack)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await SchedulingAsync(database, leads: 2);
        Assert.Equal(2, (await ClaimAsync(app, "w")).Ids.Length);
        await database.Owner.ExecuteAsync("update leads set email = 'new' || id || '@own.io' where id = 1");
        await database.Owner.ExecuteAsync($"set app.workspace_id = '1'; {giveBack}");
        Assert.Equal("lead2@own.io,new1@own.io", await app.ScalarAsync<string>(
            "select string_agg(email, ',' order by email) from claim_email_sends($1, 5, 'w', 10)", [], Stop));
    }

    [Fact]
    public async Task A_change_of_an_address_waits_for_nobody_who_holds_a_send_of_the_lead()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await SchedulingAsync(database, leads: 2);
        await using var holder = await database.Owner.OpenConnectionAsync(Stop);
        await using var transaction = await holder.BeginTransactionAsync(Stop);
        await using var hold = new NpgsqlCommand("select from email_sends where lead_id = 1 for update", holder);
        await hold.ExecuteNonQueryAsync(Stop);

        // Who holds it may want the lead next: waiting here would be half of a deadlock.
        await database.Owner.ExecuteAsync("set lock_timeout = '2s'; update leads set email = 'new' || id || '@own.io'");

        Assert.Equal(["lead1@own.io", "new2@own.io"], await database.Owner.ListAsync("select email from email_sends order by email"));
    }

    [Theory]
    [InlineData("paused", 2)]
    [InlineData("sending", 2)]
    [InlineData("cancelled", 0)]
    public async Task Stale_claims_are_given_back_in_every_state_but_cancelled_and_fresh_ones_of_others_never(string status, long reaped)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await SchedulingAsync(database, leads: 4);
        await ClaimAsync(app, "dead", 2);
        await database.Owner.ExecuteAsync("update email_sends set claimed_at = now() - interval '11 minutes' where status = 'claimed'");
        await ClaimAsync(app, "alive", 2);
        await database.Owner.ExecuteAsync($"update campaigns set status = '{status}' where status <> '{status}'");
        await database.Owner.ExecuteAsync("update email_sends set claimed_pid = 0");

        Assert.Equal(0, await database.Owner.AskInAsync<long>(2, "select reap_stale_claims('0')"));
        Assert.Equal(reaped, await database.Owner.AskInAsync<long>(1, "select reap_stale_claims('0')"));
        Assert.Equal(2, await database.Owner.AskAsync<long>(
            "select count(*) from email_sends where status = 'claimed' and claimed_by = 'alive'"));
    }

    [Fact]
    public async Task A_claim_by_an_update_of_the_applications_own_is_as_old_as_the_first_look_at_it()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await SchedulingAsync(database, leads: 1);
        for (var turn = 0; turn < 2; turn++)
        {
            await app.ScalarAsync<long>(OwnClaim, [], Stop);
            Assert.Equal(0, await database.Owner.AskAsync<long>("select reap_stale_claims()"));
            Assert.Equal(1, await ReapAsync(database));
        }
    }

    [Theory]
    [InlineData("update email_sends set claimed_at = claimed_at - interval '1 hour'; select reap_stale_claims()")]
    [InlineData("select mark_email_sends_failed(1, 5, array(select id from email_sends), 'no answer', 'new', null, interval '0')")]
    public async Task A_claim_by_an_update_is_not_as_old_as_the_one_that_was_given_back_before(string giveBack)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await SchedulingAsync(database, leads: 1);
        var (ids, _) = await ClaimAsync(app, "new");
        await database.Owner.ExecuteAsync($"set app.workspace_id = '1'; {giveBack}");
        await database.Owner.ExecuteAsync("update email_sends set claimed_at = claimed_at - interval '1 hour'");

        await app.ScalarAsync<long>(OwnClaim, [], Stop);

        Assert.Equal(0, await database.Owner.AskAsync<long>("select reap_stale_claims()"));
        Assert.Equal(0, await app.ScalarAsync<long>("select mark_email_sends_sent($1, 5, $2, 'p-', 'new')", [ids], Stop));
        Assert.Equal(1, await ReapAsync(database));
    }

    [Fact]
    public async Task Claims_of_others_are_given_back_before_the_second_campaign_of_who_has_many()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await database.Owner.ExecuteAsync(
            """
            insert into leads (workspace_id, id, email) overriding system value values (1, 1, 'a@own.io'), (2, 2, 'a@own.io');
            insert into campaigns (id, workspace_id, name, subject, status)
            select g, 1 + (g = 3)::int, 'c', 's', 'sending' from generate_series(1, 4) g;
            insert into email_sends (workspace_id, campaign_id, lead_id, email, status, claimed_at)
            select workspace_id, id, workspace_id, 'a@own.io', 'claimed', now() - interval '1 hour' from campaigns;
            select reap_stale_claims();
            """);

        // The number of the command that wrote a row, within its transaction.
        Assert.Contains(
            await database.Owner.AskAsync<string>(
                "select string_agg(workspace_id::text, ',' order by cmin::text::int) from email_sends"),
            (string[])["1,2,1,1", "2,1,1,1"]);
    }

    /// <summary>Where the time of a call does not suffice for all, others come first the next time.</summary>
    [Fact]
    public async Task No_campaign_is_the_last_one_of_each_look_for_stale_claims()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await database.Owner.ExecuteAsync(
            """
            insert into leads (workspace_id, id, email) overriding system value values (1, 1, 'a@own.io');
            insert into campaigns (id, workspace_id, name, subject, status) select g, 1, 'c', 's', 'sending' from generate_series(1, 20) g;
            insert into email_sends (workspace_id, campaign_id, lead_id, email) select workspace_id, id, 1, 'a@own.io' from campaigns;
            """);

        var first = await OrderAsync();
        Assert.Equal(20, first!.Split(',').Length);
        Assert.NotEqual(first, await OrderAsync());

        async Task<string?> OrderAsync()
        {
            await database.Owner.ExecuteAsync(
                """
                update email_sends set status = 'claimed', claimed_at = now() - interval '1 hour', claimed_pid = null;
                select reap_stale_claims();
                """);
            return await database.Owner.AskAsync<string>(
                "select string_agg(campaign_id::text, ',' order by cmin::text::int) from email_sends where status = 'pending'");
        }
    }

    [Fact]
    public async Task A_failed_send_is_tried_again_later_and_then_failed_for_good()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await SchedulingAsync(database, leads: 1);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var claim = await ClaimAsync(app, "a");
            Assert.Single(claim.Ids);
            Assert.Equal(1, await app.ScalarAsync<long>(
                "select mark_email_sends_failed($1, 5, $2, 'no answer', 'a', $3, interval '10 minutes', 3)", [claim.Ids, claim.At], Stop));
            Assert.Empty((await ClaimAsync(app, "a")).Ids);
            if (attempt < 3) Assert.False(await app.ScalarAsync<bool>("select complete_campaign($1, 5)", [], Stop));
            await database.Owner.ExecuteAsync("update email_sends set next_attempt_at = now() where next_attempt_at is not null");
        }

        Assert.Empty((await ClaimAsync(app, "a")).Ids);
        Assert.True(await app.ScalarAsync<bool>("select complete_campaign($1, 5)", [], Stop));
        await database.Owner.ExecuteAsync("select fold_campaign_metrics()");
        Assert.Equal("failed 3 1 no answer", await database.Owner.AskAsync<string>(
            """
            select concat_ws(' ', s.status, s.attempts, c.failed_count, s.error_message)
            from email_sends s
            join campaigns c on c.id = s.campaign_id
            """));
    }

    [Fact]
    public async Task The_applications_own_rows_are_handed_out_once_a_lead_whatever_their_times()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 4);
        await database.Owner.ExecuteAsync(
            """
            insert into campaigns (id, workspace_id, name, subject) values (5, 1, 'c', 's');
            insert into email_sends (workspace_id, campaign_id, lead_id, email, created_at, status, sent_at)
            values (1, 5, 1, 'a', now() - interval '40 days', 'sent', now());
            insert into email_sends (workspace_id, campaign_id, lead_id, email, created_at)
            values (1, 5, 2, 'b', now() - interval '40 days');
            """);
        Assert.Equal(2, await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends(5, $1)", [], Stop));
        await database.Owner.ExecuteAsync(
            """
            insert into email_sends (workspace_id, campaign_id, lead_id, email, created_at)
            select 1, 5, l.id, 'again', now() - make_interval(days => d)
            from leads l, generate_series(1, 70, 35) d
            """);

        List<long> leads = [];
        while (await ClaimAsync(app, "a", 1) is { Ids.Length: > 0 } claim)
        {
            leads.Add(await database.Owner.AskAsync<long>("select lead_id from email_sends where id = $1", claim.Ids[0]));
            Assert.Equal(1, await MarkAsync(app, claim, "a"));
        }

        Assert.Equal([2, 3, 4], leads.Order());
        Assert.True(await app.ScalarAsync<bool>("select complete_campaign($1, 5)", [], Stop));
    }

    [Fact]
    public async Task Retention_keeps_a_month_with_unfinished_sends_and_no_campaign_is_sent_again_after_it()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 3);
        await database.Owner.ExecuteAsync(
            """
            select add_month_partitions('email_sends', (now() - interval '50 months')::date, (now() - interval '50 months')::date);
            insert into campaigns (id, workspace_id, name, subject, enqueued_at)
            values (5, 1, 'c', 's', date_trunc('month', now()) - interval '50 months');
            """);
        await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends(5, $1)", [], Stop);
        await MarkAsync(app, await ClaimAsync(app, "a", 2), "a");
        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from apply_retention('email_sends', 1095)"));

        await MarkAsync(app, await ClaimAsync(app, "a", 2), "a");
        Assert.True(await app.ScalarAsync<bool>("select complete_campaign($1, 5)", [], Stop));
        Assert.Equal(1, await database.Owner.AskAsync<long>("select count(*) from apply_retention('email_sends', 1095)"));

        Assert.Equal("LH007", await Workspaces.SqlStateOfAsync(app, "select total_scheduled from bulk_schedule_email_sends(5, $1)"));
        // Who leaves by a mail of that month has left all the same.
        await app.ScalarAsync<int>("""select batch_update_email_status('[{"id":1,"event":"unsubscribed"}]') where $1 > 0""", [], Stop);
        Assert.Equal("unsubscribed", await database.Owner.AskAsync<string>(
            $"select l.status from leads l join {await ArchivedAsync(database)} s on s.lead_id = l.id where s.id = 1"));
        await database.Owner.ExecuteAsync(
            """
            insert into email_sends (workspace_id, campaign_id, lead_id, email)
            select 1, 5, id, email from leads
            where status = 'active'
            """);
        Assert.Empty((await ClaimAsync(app, "a")).Ids);
    }

    /// <summary>Whatever the time of what is inserted later, the policy, and what became of the archive.</summary>
    [Theory]
    [InlineData("archive", "select 1", "3", "skipped: the lead has another send")]
    [InlineData("drop", "select 1", "", "skipped: earlier sends of the campaign are gone, and with them who got it")]
    [InlineData("archive", Emptied, "", "skipped: earlier sends of the campaign are gone, and with them who got it")]
    [InlineData("archive", AsBefore, "", "skipped: earlier sends of the campaign are gone, and with them who got it")]
    public async Task No_lead_gets_a_campaign_again_whose_month_was_retired(string action, string then, string claimed, string reason)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 3);
        await database.Owner.ExecuteAsync(
            """
            select add_month_partitions('email_sends', (now() - interval '50 months')::date, (now() - interval '50 months')::date);
            insert into campaigns (id, workspace_id, name, subject, enqueued_at)
            values (5, 1, 'c', 's', date_trunc('month', now()) - interval '50 months');
            """);
        await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends(5, $1, '{1,2}'::bigint[])", [], Stop);
        Assert.Equal(2, await MarkAsync(app, await ClaimAsync(app, "a"), "a"));
        Assert.True(await app.ScalarAsync<bool>("select complete_campaign($1, 5)", [], Stop));
        Assert.Equal(1, await database.Owner.AskAsync<long>("select count(*) from apply_retention('email_sends', 1095, $1)", action));
        await database.Owner.ExecuteAsync(then);

        await database.Owner.ExecuteAsync(
            """
            insert into email_sends (workspace_id, campaign_id, lead_id, email, created_at)
            select 1, 5, l.id, l.email, case when l.id = 1 then c.enqueued_at else now() end
            from leads l, campaigns c
            """);

        Assert.Equal(claimed, await app.ScalarAsync<string>(
            "select coalesce(string_agg(lead_id::text, ','), '') from claim_email_sends($1, 5, 'a', 10)", [], Stop));
        Assert.Equal([reason], await database.Owner.ListAsync("select distinct error_message from email_sends where status = 'failed'"));
    }

    [Fact]
    public async Task A_migration_down_and_up_leaves_a_half_sent_campaign_to_be_finished()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await SchedulingAsync(database, leads: 6);
        await MarkAsync(app, await ClaimAsync(app, "a", 2), "a");
        await ClaimAsync(app, "a", 2);
        var migrator = new Migrator(database.Owner);
        await migrator.DownAsync(SilentProgress.Instance, Stop);
        await migrator.UpAsync(SilentProgress.Instance, Stop);

        Assert.Equal(0, await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends(5, $1)", [], Stop));
        // Their workers may still be at work: nobody knows when they claimed.
        Assert.Equal(0, await database.Owner.AskAsync<long>("select reap_stale_claims()"));
        await ReapAsync(database);
        var claim = await ClaimAsync(app, "b");

        Assert.Equal(4, claim.Ids.Length);
        Assert.Equal(4, await MarkAsync(app, claim, "b"));
        Assert.True(await app.ScalarAsync<bool>("select complete_campaign($1, 5)", [], Stop));
    }

    private static Task<string> ArchivedAsync(TestDatabase database) =>
        database.Owner.AskAsync<string>(
            """
            select oid::regclass::text from pg_class
            where relnamespace = 'archive'::regnamespace and relkind = 'r' and relname <> 'retired_campaigns'
            """);

    private static async Task<TenantDatabase> SchedulingAsync(TestDatabase database, int leads)
    {
        var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, leads);
        await database.Owner.ExecuteAsync("insert into campaigns (id, workspace_id, name, subject) values (5, 1, 'c', 's')");
        await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends(5, $1)", [], Stop);
        return app;
    }

    private static async Task<long> ReapAsync(TestDatabase database)
    {
        await database.Owner.ExecuteAsync("update email_sends set claimed_at = claimed_at - interval '1 hour' where status = 'claimed'");
        return await database.Owner.AskAsync<long>("select reap_stale_claims()");
    }

    private static async Task<(long[] Ids, DateTime At)> ClaimAsync(TenantDatabase app, string worker, int limit = 100)
    {
        List<long> ids = [];
        var at = default(DateTime);
        await using var connection = await app.ConnectAsync(Stop);
        await using var reader = await app.QueryAsync(
            connection, "select id, claimed_at from claim_email_sends($1, 5, $2, $3)", [worker, limit], Stop);
        while (await reader.ReadAsync(Stop))
        {
            ids.Add(reader.GetInt64(0));
            at = reader.GetDateTime(1);
        }

        return ([.. ids], at);
    }

    private static Task<long> MarkAsync(TenantDatabase app, (long[] Ids, DateTime At) claim, string worker) =>
        app.ScalarAsync<long>("select mark_email_sends_sent($1, 5, $2, $3, $4, $5)", [claim.Ids, $"{worker}-", worker, claim.At], Stop);
}
