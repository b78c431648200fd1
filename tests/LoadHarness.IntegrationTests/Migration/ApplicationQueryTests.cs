using System.Text.Json;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres.Migration;

namespace LoadHarness.IntegrationTests.Migration;

/// <summary>QA-4: what an application asked the base schema, it may ask the optimized one, and gets the same rows.</summary>
public sealed class ApplicationQueryTests(PostgresCluster cluster)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static readonly string[] Reads =
    [
        "select id, email, name from leads where workspace_id = 1 and email = 'lead42@example0.com'",
        "select id, email from leads where workspace_id = 2 and status = 'active' order by email limit 100",
        "select id from leads where workspace_id = 1 order by created_at desc, id desc limit 50",
        "select id from leads where workspace_id = 3 and tags @> array['tag7'] order by id",
        "select id from leads where workspace_id = 3 and custom_fields @> '{\"plan\": \"p2\"}' order by id",
        "select id from leads where workspace_id = 1 and name ilike '%zoë 19%' order by id",
        """
        select s.id, s.status, l.email
        from email_sends s
        join leads l on l.id = s.lead_id
        join campaigns c on c.id = s.campaign_id
        where c.name = 'Campaign 2'
        order by s.id
        """,
        "select campaign_id, status, count(*) from email_sends where workspace_id = 1 group by 1, 2 order by 1, 2",
        "select a.id, a.activity_type from lead_activities a where a.lead_id = 11 order by a.created_at desc, a.id",
        "select c.name, b.recipients from campaigns c join campaign_batches b on b.campaign_id = c.id order by b.id",
        "select date_trunc('month', created_at) as month, count(*) from email_sends group by 1 order by 1",
        "select k.name, g.action from api_keys k join api_key_audit_logs g on g.api_key_id = k.id order by g.id",
    ];

    private static readonly string[] Writes =
    [
        """
        insert into leads (workspace_id, email)
        values (1, 'new@example.com')
        on conflict (workspace_id, email) do update set name = 'again'
        """,
        """
        insert into leads (workspace_id, email)
        values (1, 'new@example.com')
        on conflict (workspace_id, email) do update set name = 'again'
        """,
        "update leads set status = 'unsubscribed' where workspace_id = 1 and email = 'lead42@example0.com'",
        """
        insert into email_sends (workspace_id, campaign_id, lead_id, email)
        select l.workspace_id, c.id, l.id, l.email
        from leads l
        join campaigns c on c.workspace_id = l.workspace_id and c.name = 'Campaign 1'
        where l.id <= 10
        """,
        "update email_sends set status = 'sent', sent_at = created_at where workspace_id = 1 and status = 'pending'",
        "insert into lead_activities (workspace_id, lead_id, activity_type) select workspace_id, id, 'note' from leads where id = 5",
        "delete from lead_activities where lead_id = 8",
    ];

    [Fact]
    public async Task The_application_reads_the_same_rows_and_changes_as_many_before_and_after()
    {
        await using var before = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await using var after = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await SampleRows.InsertAsync(before.Owner);
        await SampleRows.InsertAsync(after.Owner);
        await new Migrator(after.Owner).UpAsync(SilentProgress.Instance, Stop);

        foreach (var read in Reads)
        {
            var rows = await AnswerAsync(before, read);
            Assert.True(rows != "[]", read);
            Assert.Equal(rows, await AnswerAsync(after, read));
        }

        foreach (var write in Writes)
        {
            var changed = await ChangeAsync(before, write);
            Assert.True(changed > 0, write);
            Assert.Equal(changed, await ChangeAsync(after, write));
        }
    }

    // Times are relative to the moment of seeding: two databases differ by moments, so reads leave them out or round them.
    private static async Task<string> AnswerAsync(TestDatabase database, string sql)
    {
        await using var command = database.Owner.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var rows = new List<object[]>();
        while (await reader.ReadAsync(Stop))
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return JsonSerializer.Serialize(rows);
    }

    private static async Task<int> ChangeAsync(TestDatabase database, string sql)
    {
        await using var command = database.Owner.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync(Stop);
    }
}
