using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Seeding;

namespace LoadHarness.IntegrationTests.Seeding;

/// <summary>Nothing is deleted unasked, and what is deleted is said before.</summary>
public sealed class ForceTests(PostgresCluster cluster)
{
    private const string OwnRows = """
        insert into workspaces (name) values ('ours');
        insert into leads (workspace_id, email)
        select (select max(id) from workspaces), format('own%s@lead.example', n)
        from generate_series(1, 500) as n
        """;

    private static readonly SeedRequest Request = new(1_000, 42, 2) { SeededAtMonth = new DateOnly(2026, 10, 1), Replace = true };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_that_the_harness_did_not_make_need_the_second_word()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await database.Owner.ExecuteAsync(OwnRows);

        var refusal = await Assert.ThrowsAsync<HarnessException>(
            () => new Seeder(database.Owner).SeedAsync(Request, SilentProgress.Instance, Stop));

        Assert.Equal(ExitCode.BadUsage, refusal.ExitCode);
        Assert.Contains("leads: 500", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--force=delete-all-rows", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["500"], await Catalog.LinesAsync(database.Owner, "select count(*)::text from leads"));
    }

    [Fact]
    public async Task They_are_refused_before_the_schema_is_touched()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await database.Owner.ExecuteAsync(OwnRows);
        var request = new DatabaseRequest(
            new DatabaseTarget.Given(database.ConnectionString), ServerProfile.Checklist, Keep: false, Force: true)
        {
            DeletesRows = true,
        };

        var refusal = await Assert.ThrowsAsync<HarnessException>(
            () => Provisioner.ProvisionAsync(request, SilentProgress.Instance, Stop));
        Assert.Contains("leads: 500", refusal.Message, StringComparison.Ordinal);

        // Looking at it, and deleting with the second word, are allowed.
        await using var looked = await Provisioner.ProvisionAsync(request with
        {
            DeletesRows = false,
        }, SilentProgress.Instance, Stop);
        await using var deleted = await Provisioner.ProvisionAsync(request with
        {
            DeletesForeignRows = true,
        }, SilentProgress.Instance, Stop);
    }

    [Fact]
    public async Task What_is_deleted_is_said_with_its_rows_before()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await database.Owner.ExecuteAsync(OwnRows);
        var told = new Notes();

        await new Seeder(database.Owner).SeedAsync(Request with { ReplaceForeignRows = true }, told, Stop);

        Assert.Contains("leads: 500", told.Sentences[0], StringComparison.Ordinal);
        // Its own rows need no second word, and are counted as well.
        await new Seeder(database.Owner).SeedAsync(Request with { Seed = 43 }, told, Stop);
        Assert.Contains(told.Sentences, sentence => sentence.Contains("every row of workspaces, users, leads", StringComparison.Ordinal)
            && sentence.Contains("email_sends: ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("insert into workspaces (name) values ('a person''s')", "1 workspace")]
    [InlineData("create table notes (lead_id bigint references users); insert into notes select min(id) from users", "1 row of notes")]
    [InlineData(
        "create schema mine; create table mine.leads (w bigint references workspaces); insert into mine.leads values (1), (2)",
        "2 rows of mine.leads")]
    public async Task What_people_add_after_a_seeding_needs_the_second_word(string added, string told)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        // As many workspaces as the options say are the harness's, and its own tables with what scenarios write.
        var request = Request with { Spread = new(12, 1) };
        await new Seeder(database.Owner).SeedAsync(request with { Replace = false }, SilentProgress.Instance, Stop);
        await database.Owner.ExecuteAsync("insert into leads (workspace_id, email) values (1, 'imported@lead.example')");
        await new Seeder(database.Owner).SeedAsync(request, SilentProgress.Instance, Stop);
        await database.Owner.ExecuteAsync(added);

        var refusal = await Assert.ThrowsAsync<HarnessException>(
            () => new Seeder(database.Owner).SeedAsync(request, SilentProgress.Instance, Stop));
        Assert.Equal(ExitCode.BadUsage, refusal.ExitCode);
        Assert.Contains(told, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--force=delete-all-rows", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["1000"], await Catalog.LinesAsync(database.Owner, "select count(*)::text from leads"));

        await new Seeder(database.Owner).SeedAsync(request with { ReplaceForeignRows = true }, SilentProgress.Instance, Stop);
    }

    [Fact]
    public async Task Rows_that_row_security_hides_from_the_login_need_the_second_word_where_they_are_of_others()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await new Seeder(database.Owner).SeedAsync(Request with { Replace = false }, SilentProgress.Instance, Stop);
        await LetOwnerSeedAsync(database);
        // It owns the tables, and policies that are forced bind it: those of the schema's own tables do not stand in its way.
        var login = database.As("lh_owner");
        var own = await DoomedAsync(login);
        Assert.False(own.NeedsTheSecondWord, own.ToString());
        Assert.Contains("lead_segments: unknown (row security)", own.ToString(), StringComparison.Ordinal);

        await database.Owner.ExecuteAsync(
            """
            create table notes (lead_id bigint references users);
            insert into notes select min(id) from users;
            alter table notes enable row level security;
            alter table notes force row level security;
            alter table notes owner to lh_owner
            """);
        Assert.Equal(0, await login.AskAsync<long>("select count(*) from notes"));

        var refusal = await Assert.ThrowsAsync<HarnessException>(() => new Seeder(login).SeedAsync(Request, SilentProgress.Instance, Stop));

        Assert.Equal(ExitCode.BadUsage, refusal.ExitCode);
        Assert.Contains("an unknown number of rows of notes", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--force=delete-all-rows", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, await database.Owner.AskAsync<long>("select count(*) from notes"));
    }

    [Fact]
    public async Task An_empty_schema_holds_nothing_for_a_login_that_its_policies_bind()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await LetOwnerSeedAsync(database);

        var doomed = await DoomedAsync(database.As("lh_owner"));

        Assert.Empty(doomed.Tables);
        Assert.False(doomed.NeedsTheSecondWord);
    }

    [Fact]
    public async Task Equal_options_replace_a_seeding_that_has_ended_and_go_on_with_one_that_has_not()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        var first = await new Seeder(database.Owner).SeedAsync(Request, SilentProgress.Instance, Stop);
        await database.Owner.ExecuteAsync(
            "delete from email_sends; insert into leads (workspace_id, email) values (1, 'new@lead.example')");

        var used = await new Seeder(database.Owner).SeedAsync(Request with { Replace = false }, SilentProgress.Instance, Stop);
        var found = await SeedReuse.CountAsync(database.Owner, used, Stop);
        Assert.Contains("0 rows of email_sends instead of", found.Fewer(), StringComparison.Ordinal);
        Assert.DoesNotContain("rows of leads", found.Fewer(), StringComparison.Ordinal);
        Assert.Contains(": 1 of leads.", found.More(), StringComparison.Ordinal);

        var again = await new Seeder(database.Owner).SeedAsync(Request, SilentProgress.Instance, Stop);
        Assert.False(again.Reused);
        Assert.Equal(first.Checksum, again.Checksum);
        var unchanged = await SeedReuse.CountAsync(database.Owner, again, Stop);
        Assert.Equal((1_000L, null, null), (unchanged.LeadsOfLargest, unchanged.Fewer(), unchanged.More()));

        await database.Owner.ExecuteAsync("update loadharness.seed_run set manifest = null");
        var told = new Notes();
        await new Seeder(database.Owner).SeedAsync(Request, told, Stop);
        Assert.StartsWith("Going on with an interrupted seeding", told.Sentences[0], StringComparison.Ordinal);
    }

    // What is not the schema's is neither refreshed, nor analyzed, nor are its numbers given anew.
    [Fact]
    public async Task Tables_and_views_of_others_in_public_are_left_alone()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            """
            create table mine (id bigint generated always as identity, x int);
            insert into mine (x) values (1);
            create materialized view my_view as select 1 / x as y from mine;
            update mine set x = 0;
            create table my_empty (id bigint generated always as identity);
            alter table my_empty alter column id restart with 100;
            alter table erasures alter column id restart with 200
            """);

        await new Seeder(database.Owner).SeedAsync(Request with { Replace = false }, SilentProgress.Instance, Stop);

        Assert.Equal(["-1 100 1"], await Catalog.LinesAsync(database.Owner,
            """
            select concat_ws(' ', (select reltuples from pg_class where oid = 'mine'::regclass),
                nextval(pg_get_serial_sequence('my_empty', 'id')), (select y from my_view))
            """));
        // An empty table of the schema keeps its numbers as well.
        Assert.Equal(200, await database.Owner.AskAsync<long>("select nextval(pg_get_serial_sequence('erasures', 'id'))"));
    }

    [Fact]
    public async Task Tables_of_another_schema_that_the_login_sees_first_are_left_alone()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync("""
            create schema other; create table other.users (id int); insert into other.users values (1);
            create table other.leads (id int); insert into other.leads values (1);
            """);
        var login = new Npgsql.NpgsqlConnectionStringBuilder(database.ConnectionString) { SearchPath = "other, public" }.ConnectionString;
        await using var given = await Provisioner.ProvisionAsync(
            new(new DatabaseTarget.Given(login), ServerProfile.Checklist, Keep: false, Force: true) { CrmSchema = true },
            SilentProgress.Instance, Stop);
        await using var admin = Npgsql.NpgsqlDataSource.Create(given.AdminConnectionString);

        await new Seeder(admin).SeedAsync(Request with { ReplaceForeignRows = true }, SilentProgress.Instance, Stop);

        Assert.Equal(2, await database.Owner.AskAsync<long>(
            "select (select count(*) from other.users) + (select count(*) from other.leads)"));
        Assert.True(await database.Owner.AskAsync<bool>("select count(*) > 0 from public.leads"));
    }

    // The seeder's own statements: the months of a seeding are those of UTC in any time zone.
    [Theory]
    [InlineData("Europe/Berlin")]
    [InlineData("America/New_York")]
    [InlineData("Europe/London")]
    public async Task A_login_in_another_time_zone_seeds_the_same_months(string zone)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var admin = Npgsql.NpgsqlDataSource.Create(
            new Npgsql.NpgsqlConnectionStringBuilder(database.ConnectionString) { Timezone = zone }.ConnectionString);

        await new Seeder(admin).SeedAsync(Request, SilentProgress.Instance, Stop);

        Assert.Equal(0, await database.Owner.AskAsync<long>("""
            select count(*)
            from pg_inherits i
            join pg_class c on c.oid = i.inhrelid
            cross join substring(pg_get_expr(c.relpartbound, c.oid) from 'FROM \(''([^'']+)''\)') as first (bound)
            where i.inhparent in ('email_sends'::regclass, 'lead_activities'::regclass)
              and date_trunc('month', bound::timestamptz at time zone 'UTC') <> bound::timestamptz at time zone 'UTC'
            """));
        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from email_sends_default"));
    }

    private static async Task<RowsToDelete> DoomedAsync(Npgsql.NpgsqlDataSource login)
    {
        await using var connection = await login.OpenConnectionAsync(Stop);
        return await RowsToDelete.InAsync(connection, Stop);
    }

    // What a login has that made the database and migrated it.
    private static Task LetOwnerSeedAsync(TestDatabase database) => database.Owner.ExecuteAsync(
        """
        do $$
        begin
            execute format('grant create on database %I to lh_owner', current_database());
        end
        $$;
        grant usage, create on schema loadharness to lh_owner;
        grant all on all tables in schema loadharness to lh_owner
        """);
}
