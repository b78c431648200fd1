using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using Npgsql;

namespace LoadHarness.IntegrationTests.Sends;

/// <summary>Events in any order, any grouping and any repetition give the same rows, counts, leads and activities.</summary>
public sealed class EventMergeTests(PostgresCluster cluster)
{
    private static readonly string[] Kinds =
        ["sent", "delivered", "opened", "clicked", "bounced", "soft_bounced", "unsubscribed", "complained", "failed"];

    [Fact]
    public async Task The_same_events_shuffled_regrouped_and_repeated_give_the_same()
    {
        var seed = TestSeed.Draw();
        var random = new Random(seed);
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var sessions = database.Preparing();
        for (var round = 0; round < 40; round++)
        {
            List<(int Lead, string Event)> events = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => AnEvent(random))];
            string? first = null;
            for (var way = 0; way < 3; way++)
            {
                var workspace = await ThreeSendsAsync(sessions);
                await ApplyAsync(sessions, workspace,
                    way == 0 ? events : [.. events.Concat(events.Where(_ => random.Next(3) == 0)).OrderBy(_ => random.Next())], random);
                var state = await StateAsync(sessions, workspace);
                first ??= state;
                Assert.True(first == state, $"seed {seed}, round {round}:\n{first}\n{state}\n{string.Join('\n', events)}");
            }
        }
    }

    [Theory]
    [InlineData("""{"id":1,"event":"opened","occurred_at":"infinity"}""", "occurred_at")]
    [InlineData("""{"id":1,"event":"opened","occurred_at":"tomorrow"}""", "occurred_at")]
    [InlineData("""{"id":1,"event":"opened","occurred_at":1760000000}""", "occurred_at")]
    [InlineData("""{"id":1,"event":"opened","occurred_at":"1970-01-01"}""", "occurred_at")]
    [InlineData("""{"id":1,"event":"opened","occurred_at":"2026-02-30"}""", "occurred_at")]
    [InlineData("""{"id":1,"event":"opened","occurred_at":"9999-12-31T23:59:59Z"}""", "future")]
    [InlineData("""{"id":1,"event":"open"}""", "open")]
    [InlineData("""{"id":1,"event":"bounced","bounce_type":"rubber"}""", "bounce_type")]
    [InlineData("""{"event":"opened"}""", "neither")]
    [InlineData("""{"id":-1,"event":"opened"}""", "id")]
    [InlineData("""{"id":99,"event":"opened"}""", "no such send")]
    [InlineData("7", "object")]
    public async Task A_bad_event_is_told_and_the_good_ones_count(string bad, string reason)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var workspace = await ThreeSendsAsync(database.Owner);
        var id = await database.Owner.AskAsync<long>("select min(id) from email_sends");

        var told = await database.Owner.AskInAsync<string>(workspace,
            """
            select applied_count || ' ' || error_count || ' ' || (errors -> 0 ->> 'event') || ' ' || (errors -> 0 ->> 'reason')
            from apply_send_events($1::jsonb)
            """,
            $$"""[{"id":{{id}},"event":"delivered"},{{bad}},{"id":{{id}},"event":"opened"}]""");

        Assert.StartsWith("2 1 2 ", told, StringComparison.Ordinal);
        Assert.Contains(reason, told, StringComparison.Ordinal);
        Assert.Equal("opened", await database.Owner.AskAsync<string>("select status from email_sends where id = $1", id));
    }

    [Theory]
    [InlineData("bounced", "soft", "active", "sent")]
    [InlineData("bounced", "hard", "bounced", "bounced")]
    [InlineData("soft_bounced", null, "active", "sent")]
    public async Task A_soft_bounce_is_counted_and_keeps_the_lead(string name, string? type, string lead, string send)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var workspace = await ThreeSendsAsync(database.Owner);
        await ApplyOneAsync(
            database.Owner, workspace, $$"""{"id":(ID),"event":"{{name}}"{{(type is null ? "" : $",\"bounce_type\":\"{type}\"")}}}""");

        Assert.Equal($"{lead} {send}", await database.Owner.AskAsync<string>(
            "select l.status || ' ' || s.status from email_sends s join leads l on l.id = s.lead_id order by s.id limit 1"));
        await database.Owner.ExecuteAsync("select fold_campaign_metrics()");
        Assert.Equal(1, await database.Owner.AskAsync<long>("select soft_bounced_count + bounced_count from campaigns"));
    }

    [Fact]
    public async Task An_event_from_before_a_persons_decision_does_not_overrule_it_and_a_later_one_does()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var workspace = await ThreeSendsAsync(database.Owner);
        const string left = """{"id":(ID),"event":"unsubscribed","occurred_at":"2026-01-01T00:00:00Z"}""";
        await ApplyOneAsync(database.Owner, workspace, left);
        await database.Owner.ExecuteAsync("update leads set status = 'active'");

        await ApplyOneAsync(database.Owner, workspace, left);
        await ApplyOneAsync(database.Owner, workspace, """{"id":(ID),"event":"unsubscribed"}""");
        Assert.Equal(3, await database.Owner.AskAsync<long>("select count(*) from leads where status = 'active'"));

        await database.Owner.ExecuteAsync("update leads set status_changed_at = now() - interval '1 hour'");
        await ApplyOneAsync(database.Owner, workspace,
            $$"""{"id":(ID),"event":"unsubscribed","occurred_at":"{{DateTime.UtcNow.AddMinutes(-1):yyyy-MM-ddTHH:mm:ssZ}}"}""");
        Assert.Equal(2, await database.Owner.AskAsync<long>("select count(*) from leads where status = 'active'"));
    }

    [Fact]
    public async Task A_providers_message_id_alone_finds_its_send_by_an_index()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var workspace = await ThreeSendsAsync(database.Owner);
        await database.Owner.ExecuteAsync("update campaigns set status = 'sending'");
        await database.Owner.AskInAsync<long>(
            workspace, "select count(*) from claim_email_sends($1, (select max(id) from campaigns), 'w')", workspace);
        Assert.Equal(3, await database.Owner.AskInAsync<long>(workspace,
            """
            select mark_email_sends_sent($1, (select max(id) from campaigns), array(select id from email_sends order by id), '',
                'w', null, '{x@p.example,y@p.example,z@p.example}')
            """, workspace));

        Assert.Equal(1, await database.Owner.AskInAsync<int>(
            workspace, """select batch_update_email_status('[{"provider_id":"y@p.example","event":"opened"}]')"""));

        Assert.Equal("y@p.example", await database.Owner.AskAsync<string>(
            "select provider_id from email_sends where opened_at is not null"));
        var plan = await database.Owner.ListAsync(
            $"""
            set enable_seqscan = off;
            explain select id from email_sends where workspace_id = {workspace} and provider_id = 'y@p.example'
            """);
        Assert.Contains(plan, line => line.Contains("provider_idx", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_first_opening_and_click_of_a_send_are_activities_of_its_lead()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var workspace = await ThreeSendsAsync(database.Owner);
        foreach (var kind in (string[])["opened", "clicked", "opened", "delivered"])
            await ApplyOneAsync(database.Owner, workspace, $$"""{"id":(ID),"event":"{{kind}}"}""");

        Assert.Equal(["email_clicked", "email_opened"],
            await database.Owner.ListAsync("select activity_type from lead_activities order by 1"));
    }

    private static (int Lead, string Event) AnEvent(Random random)
    {
        var kind = Kinds[random.Next(Kinds.Length)];
        return (random.Next(3),
            $$"""
            {"id":(ID),"event":"{{kind}}",
                "occurred_at":"2026-0{{random.Next(1, 10)}}-1{{random.Next(10)}}T00:00:00Z",
                "error":"e{{random.Next(3)}}"}
            """);
    }

    private static async Task ApplyAsync(NpgsqlDataSource database, long workspace, List<(int Lead, string Event)> events, Random random)
    {
        var ids = await database.AskAsync<long[]>(
            "select array_agg(id order by id) from email_sends where workspace_id = $1", workspace);
        for (var done = 0; done < events.Count;)
        {
            var batch = events.Skip(done).Take(random.Next(1, events.Count + 1))
                .Select(e => e.Event.Replace("(ID)", $"{ids[e.Lead]}", StringComparison.Ordinal)).ToList();
            await database.AskInAsync<int>(workspace, "select batch_update_email_status($1::jsonb)", $"[{string.Join(',', batch)}]");
            done += batch.Count;
        }

        await database.ExecuteAsync("select fold_campaign_metrics()");
    }

    private static async Task ApplyOneAsync(NpgsqlDataSource database, long workspace, string single)
    {
        var id = await database.AskAsync<long>("select min(id) from email_sends where workspace_id = $1", workspace);
        await database.AskInAsync<int>(
            workspace, "select batch_update_email_status($1::jsonb)", $"[{single.Replace("(ID)", $"{id}", StringComparison.Ordinal)}]");
    }

    private static async Task<long> ThreeSendsAsync(NpgsqlDataSource database)
    {
        var workspace = await database.AddWorkspaceAsync(leads: 3);
        await database.ExecuteAsync(
            """
            with made as (
                insert into campaigns (workspace_id, name, subject, enqueued_at) values ($1, 'c', 's', '2025-12-01Z')
                returning id)
            insert into email_sends (workspace_id, campaign_id, lead_id, email, created_at)
            select $1, made.id, l.id, l.email, '2025-12-01Z'
            from made, leads l
            where l.workspace_id = $1
            order by l.id
            """,
            workspace);
        return workspace;
    }

    private static Task<string> StateAsync(NpgsqlDataSource database, long workspace) => database.AskAsync<string>(
        """
        select concat_ws(E'\n',
            (select string_agg(concat_ws(' ', s.status, s.sent_at, s.delivered_at, s.opened_at, s.clicked_at, s.bounced_at,
                                         s.soft_bounced_at, s.unsubscribed_at, s.complained_at, s.failed_at, s.error_message,
                                         l.status), E'\n' order by s.id)
             from email_sends s join leads l on l.workspace_id = s.workspace_id and l.id = s.lead_id where s.workspace_id = $1),
            (select concat_ws(' ', sent_count, delivered_count, opened_count, clicked_count, bounced_count, soft_bounced_count,
                              unsubscribed_count, complained_count, failed_count)
             from campaigns where workspace_id = $1),
            (select string_agg(activity_type || ' ' || created_at, ', ' order by lead_id, activity_type)
             from lead_activities where workspace_id = $1))
        """, workspace);
}
