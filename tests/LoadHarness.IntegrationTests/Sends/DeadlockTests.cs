using System.Collections.Concurrent;
using System.Diagnostics;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Workload;
using Npgsql;

namespace LoadHarness.IntegrationTests.Sends;

/// <summary>
/// Imports, webhooks, senders, changes of addresses, the reaper and the folder share one order of locks: no mix of them ends in a deadlock.
/// </summary>
public sealed class DeadlockTests(PostgresCluster cluster)
{
    /// <summary>How long; a nightly run asks for 30.</summary>
    private const string SecondsVariable = "LOADHARNESS_DEADLOCK_SECONDS";

    private const int Leads = 4_000;

    private const string Move1 = "update leads set email = 'z1@new.example' where id = 1";
    private const string Move2 = "update leads set email = 'z2@new.example' where id = 2";
    private const string Erase = "select erase_lead($1, 1)";
    private const string Schedule = "select total_scheduled from bulk_schedule_email_sends(6, $1)";
    private const string Mark = "select mark_email_sends_sent($1, 5, array(select id from email_sends), 'p', 'w')";
    private const string ScheduleList = "select total_scheduled from bulk_schedule_email_sends(6, $1, array[2, 1])";
    private const string ImportByCopy = "select merged from finish_lead_import($1, 9, 100)";

    private const string Import =
        """
        select imported_count + updated_count
        from fast_bulk_lead_import($1,
            (select jsonb_agg(jsonb_build_object('email', 'lead' || g || '@own.io', 'name', 'n')) from generate_series(1, 3) g))
        """;

    private const string Webhook =
        """
        select batch_update_email_status(
            (select jsonb_agg(jsonb_build_object('id', id, 'event', 'opened')) from email_sends where workspace_id = $1))
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sessions_of_every_kind_meet_no_deadlock()
    {
        var seconds = Environment.GetEnvironmentVariable(SecondsVariable) is { Length: > 0 } text
            ? int.Parse(text)
            : 5;
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        // Longer than anybody waits here, so that a session of the application is not the one that is stopped while another gives way.
        await database.Owner.ExecuteAsync(
            "do $$ begin execute format('alter database %I set deadlock_timeout = ''4s''', current_database()); end $$");
        await using var app = await Workspaces.OpenAppAsync(database, 16);
        // Addresses in another order than ids: the order of the plan and that of the addresses differ.
        await database.Owner.ExecuteAsync(
            $"""
            insert into leads (workspace_id, email, name)
            select 1, md5(g::text) || '@d.example', 'n'
            from generate_series(1, {Leads}) g
            """);
        await database.Owner.ExecuteAsync(
            "insert into campaigns (id, workspace_id, name, subject) select g, 1, 'c', 's' from generate_series(1, 4) g");
        var until = Stopwatch.GetTimestamp() + (seconds * Stopwatch.Frequency);
        var faults = new ConcurrentBag<string>();
        var done = new ConcurrentDictionary<string, int>();

        (string, Func<Random, Task>)[] sessions =
        [
            ("import", random => ImportAsync(app, random)), ("import", random => ImportAsync(app, random)),
            ("webhook", random => WebhookAsync(app, random)), ("webhook", random => WebhookAsync(app, random)),
            ("send", random => SendAsync(app, random)), ("send", random => SendAsync(app, random)),
            ("address", random => AddressesAsync(app, random)), ("erase", random => EraseAsync(app, random)),
            ("fold", _ => database.Owner.ExecuteAsync("select fold_campaign_metrics()")),
            ("upkeep", _ => database.Owner.ExecuteAsync(
                """
                update leads
                set status = 'active'
                where id in (select id from leads where status <> 'active' order by id limit 50 for update skip locked);
                select reap_stale_claims();
                select fold_campaign_metrics()
                """)),
        ];
        await Task.WhenAll(sessions.Select((work, number) => Task.Run(async () =>
        {
            var random = new Random(number);
            while (Stopwatch.GetTimestamp() < until)
            {
                try
                {
                    await work.Item2(random);
                    done.AddOrUpdate(work.Item1, 1, (_, count) => count + 1);
                }
                catch (PostgresException fault)
                {
                    faults.Add($"{work.Item1}: {fault.SqlState} {fault.MessageText}");
                }
            }
        }, Stop)));

        Assert.Empty(faults);
        Assert.Equal(7, done.Count);
        Assert.Equal(0, await database.Owner.AskAsync<long>("select deadlocks from pg_stat_database where datname = current_database()"));
    }

    [Theory]
    // Two addresses in one transaction, in another order than webhooks, imports and schedulers take the leads.
    [InlineData(Move2, Webhook, Move1)]
    [InlineData(Move2, Import, Move1)]
    [InlineData(Move2, ImportByCopy, Move1)]
    [InlineData(Move2, Schedule, Move1)]
    [InlineData(Move2, ScheduleList, Move1)]
    // An address that an import adds meanwhile, of a lead that comes later in it.
    [InlineData("insert into leads (workspace_id, email) values (1, 'lead3@own.io')", Import, Move1)]
    // As erase_lead does it: the lead, then what is held of it.
    [InlineData("select 1 from leads where id = 2 for update", Webhook, "delete from email_sends where lead_id = 2")]
    // The erased lead had the address of the other one's send.
    [InlineData("update email_sends set error_message = 'x' where lead_id = 2", Erase, Move1)]
    // Sends by id, as the guide says.
    [InlineData("select 1 from email_sends where lead_id = 1 for update", Mark, "select 1 from email_sends where lead_id = 2 for update")]
    public async Task What_waits_for_a_row_lets_go_of_what_it_holds(string first, string other, string second)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 2);
        await database.Owner.ExecuteAsync(
            """
            insert into campaigns (id, workspace_id, name, subject) select g, 1, 'c', 's' from generate_series(5, 6) g;
            insert into lead_imports (id, workspace_id, source) overriding system value values (9, 1, 'file');
            """);
        await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends(5, $1)", [], Stop);
        // The first send's row lies behind the second one's.
        const string claimed =
            "update email_sends set email = 'was@own.io', status = 'claimed', claimed_by = 'w', attempts = 1 where lead_id = ";
        await database.Owner.ExecuteAsync($"{claimed} 2; {claimed} 1");
        await app.ScalarAsync<object?>(
            "insert into lead_import_rows (import_id, row_number, email, name) "
            + "select 9, g, 'lead' || g || '@own.io', 'n' from generate_series($1, 3) g returning null", [], Stop);
        Task<object?> waiting;
        await using (var connection = await database.Owner.OpenConnectionAsync(Stop))
        await using (var transaction = await connection.BeginTransactionAsync(Stop))
        {
            await using var command = new NpgsqlCommand(first, connection);
            await command.ExecuteNonQueryAsync(Stop);
            waiting = app.ScalarAsync<object?>(other, [], Stop);
            await OpenTransaction.UntilOneWaitsAsync(database, waiting);
            command.CommandText = second;
            await command.ExecuteNonQueryAsync(Stop);
            await transaction.CommitAsync(Stop);
        }

        Assert.NotNull(await waiting);
    }

    private static Task<long> ImportAsync(TenantDatabase app, Random random) => app.ScalarAsync<long>(
        """
        select updated_count
        from fast_bulk_lead_import($1,
            (select jsonb_agg(jsonb_build_object('email', md5(g::text) || '@d.example', 'name', $2::text || g))
                from (select g from generate_series(1, 4000) g order by random() limit 300) x))
        """,
        [random.Next().ToString()], Stop);

    private static Task<int> WebhookAsync(TenantDatabase app, Random random) => app.ScalarAsync<int>(
        """
        select batch_update_email_status(coalesce((select jsonb_agg(jsonb_build_object('id', id, 'event',
            (array['delivered', 'opened', 'bounced', 'unsubscribed'])[1 + (random() * 3)::int]))
            from (select id from email_sends where workspace_id = $1 and id % 7 = $2 order by random() limit 200) x), '[]'))
        """, [(long)random.Next(7)], Stop);

    // In an order of its own: imports, schedulers and erasures give way.
    private static Task<long> AddressesAsync(TenantDatabase app, Random random) => app.ScalarAsync<long>(
        """
        with moved as (
            update leads set email = md5(random()::text) || '@new.example'
            where workspace_id = $1 and id in (select (random() * 4000)::int from generate_series(1, $2)) returning id)
        select count(*) from moved
        """, [random.Next(1, 30)], Stop);

    // None is left when its leads are erased faster than the time goes by.
    private static Task<object?> EraseAsync(TenantDatabase app, Random random) => app.ScalarAsync<object?>(
        "select erase_lead($1, id) from leads where workspace_id = $1 and id > $2 limit 1", [random.NextInt64(1, Leads)], Stop);

    private static async Task SendAsync(TenantDatabase app, Random random)
    {
        long campaign = random.Next(1, 5);
        await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends($2, $1)", [campaign], Stop);
        var ids = await app.ScalarAsync<long[]>(
            "select array_agg(id order by id desc) from claim_email_sends($1, $2, 'w', 200)", [campaign], Stop);
        if (ids is null) await app.ScalarAsync<bool>("select complete_campaign($1, $2)", [campaign], Stop);
        else await app.ScalarAsync<long>("select mark_email_sends_sent($1, $2, $3, 'p-', 'w')", [campaign, ids], Stop);
    }
}
