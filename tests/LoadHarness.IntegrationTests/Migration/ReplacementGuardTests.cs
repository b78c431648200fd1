using LoadHarness.Core;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Migration;

namespace LoadHarness.IntegrationTests.Migration;

/// <summary>Both ways replace sends and activities by new tables: nothing that somebody added to the old ones is lost silently.</summary>
public sealed class ReplacementGuardTests(PostgresCluster cluster)
{
    private const string Touch =
        "create function touch() returns trigger language plpgsql as 'begin return new; end'; "
        + "create trigger touch before insert on email_sends for each row execute function touch()";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("alter table email_sends add column note text not null default 'mine'", "column email_sends.note")]
    // A column of a later migration: the table that 009 makes does not have it.
    [InlineData("alter table email_sends add column attempts int", "column email_sends.attempts")]
    [InlineData(Touch, "trigger touch on email_sends")]
    [InlineData("alter table lead_activities add constraint short check (campaign_id > 0)", "constraint short on lead_activities")]
    [InlineData("create policy tenant on email_sends using (true)", "policy tenant on email_sends")]
    [InlineData("create rule keep as on delete to lead_activities do instead nothing", "rule keep on lead_activities")]
    [InlineData("create view recent as select id from email_sends", "view recent")]
    [InlineData("create materialized view kinds as select activity_type from lead_activities", "materialized view kinds")]
    [InlineData("create table receipts (send_id bigint references email_sends (id))", "constraint receipts_send_id_fkey on table receipts")]
    [InlineData("create function any_send() returns setof email_sends language sql as 'select * from email_sends'", "function any_send()")]
    [InlineData(
        "create table notes (owner text); create policy tenant on notes using (owner = (select current_user))", "policy tenant on notes")]
    public async Task The_way_up_is_refused_before_its_first_step(string addition, string named)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await database.Owner.ExecuteAsync(addition);

        var refused = await Assert.ThrowsAsync<HarnessException>(
            () => new Migrator(database.Owner).UpAsync(SilentProgress.Instance, Stop));

        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        Assert.Equal(0L, await database.Owner.AskAsync<long>("select count(*) from loadharness.journal"));
    }

    [Theory]
    [InlineData("alter table lead_activities add column note text not null default 'mine'", "column lead_activities.note")]
    [InlineData(Touch, "trigger touch on email_sends")]
    [InlineData("alter table email_sends add constraint short check (length(email) < 900)", "constraint short on email_sends")]
    [InlineData("create view recent as select id from email_sends", "view recent")]
    [InlineData("create view tries as select max(attempts) from email_sends", "view tries")]
    [InlineData("create view due as select id from campaigns where recipients_due", "view due")]
    [InlineData("create view runs as select count(*) from job_runs", "view runs")]
    [InlineData("create view speed as select count(*) from campaign_performance", "view speed")]
    [InlineData(
        "create table receipts (workspace_id bigint, send_id bigint, sent timestamptz, constraint receipts_send "
            + "foreign key (workspace_id, send_id, sent) references email_sends (workspace_id, id, created_at))",
        "constraint receipts_send on table receipts")]
    [InlineData(
        "create table notes (workspace_id bigint, owner text); "
            + "create policy own on notes using (workspace_id = tenant_workspace() and owner = current_user)",
        "policy own on notes")]
    public async Task The_way_down_is_refused_before_anything_is_dropped(string addition, string named)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(addition);
        var created = await database.Owner.AskAsync<long>("select count(*) from loadharness.created_object");

        var refused = await Assert.ThrowsAsync<HarnessException>(
            () => new Migrator(database.Owner).DownAsync(SilentProgress.Instance, Stop));

        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        Assert.Equal(0L, await database.Owner.AskAsync<long>("select count(*) from loadharness.journal where direction = 'down'"));
        Assert.Equal(created, await database.Owner.AskAsync<long>("select count(*) from loadharness.created_object"));
    }

    [Fact]
    public async Task Both_ways_go_on_once_what_was_in_the_way_is_gone_and_may_be_there_again_on_a_migrated_database()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        var migrator = new Migrator(database.Owner);
        const string view = "create view recent as select id from email_sends";
        await database.Owner.ExecuteAsync(view);
        await Assert.ThrowsAsync<HarnessException>(() => migrator.UpAsync(SilentProgress.Instance, Stop));
        await database.Owner.ExecuteAsync("drop view recent");
        await migrator.UpAsync(SilentProgress.Instance, Stop);

        await database.Owner.ExecuteAsync($"{view}; alter table email_sends add column note text");
        // Both tables are new already: the way up takes nothing away any more.
        await migrator.UpAsync(SilentProgress.Instance, Stop);
        await Assert.ThrowsAsync<HarnessException>(() => migrator.DownAsync(SilentProgress.Instance, Stop));
        await database.Owner.ExecuteAsync("drop view recent; alter table email_sends drop column note");
        await migrator.DownAsync(SilentProgress.Instance, Stop);
        Assert.False(await database.Owner.AskAsync<bool>("select to_regnamespace('loadharness') is not null"));
    }

    [Fact]
    public async Task Rights_and_indexes_that_a_new_table_will_not_have_are_told_with_the_statement_to_repeat()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await database.Owner.ExecuteAsync(
            """
            create index own_by_email on email_sends (email);
            grant select, delete on email_sends to public;
            grant update (metadata) on lead_activities to public
            """);
        var (up, down) = (new Notes(), new Notes());

        await new Migrator(database.Owner).UpAsync(up, Stop);

        Assert.Equal(
            [
                "CREATE INDEX own_by_email ON public.email_sends USING btree (email)", "grant delete, select on email_sends to public",
                "grant update (metadata) on lead_activities to public",
            ],
            StatementsOf(up));
        await database.Owner.ExecuteAsync("create index own_by_email on email_sends (email)");
        await new Migrator(database.Owner).DownAsync(down, Stop);
        Assert.Equal(["CREATE INDEX own_by_email ON public.email_sends USING btree (email)"], StatementsOf(down));
    }

    private static List<string> StatementsOf(Notes told) =>
    [
        .. told.Sentences.Where(sentence => sentence.StartsWith("The new table will not have this", StringComparison.Ordinal))
            .Select(sentence => sentence[(sentence.IndexOf("`: ", StringComparison.Ordinal) + 3)..].TrimEnd(';'))
            .Order(StringComparer.Ordinal),
    ];
}
