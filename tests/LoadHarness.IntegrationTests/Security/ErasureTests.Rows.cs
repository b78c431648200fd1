using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;

namespace LoadHarness.IntegrationTests.Security;

/// <content>What the tests erase, and who still holds it.</content>
public sealed partial class ErasureTests
{
    // Every table of the database with a row of workspace 1 that holds the address in any column.
    private static async Task<List<string>> HoldersAsync(TestDatabase database, string address = "ann@x.io")
    {
        var holders = new List<string>();
        foreach (var table in await database.Owner.ListAsync(
            """
            select c.oid::regclass::text from pg_class c
            where relkind in ('r', 'p') and not relispartition and relnamespace::regnamespace::text in ('public', 'archive')
            order by 1
            """))
        {
            if (await database.Owner.AskAsync<bool>(
                $"""
                select exists (select from {table} t
                    where t::text ilike '%{address}%' and coalesce(to_jsonb(t) ->> 'workspace_id', '1') = '1')
                """))
                holders.Add(table);
        }

        return holders;
    }

    private async Task<TestDatabase> FilledAsync()
    {
        var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            """
            insert into workspaces (id, name) values (1, 'own'), (2, 'foreign');
            select setval(pg_get_serial_sequence('workspaces', 'id'), 100);
            insert into leads (workspace_id, email) values (1, 'ann@x.io'), (1, 'ben@x.io'), (2, 'ann@x.io');
            insert into campaigns (workspace_id, name, subject) values (1, 'c', 's');
            select add_month_partitions('email_sends', (now() - interval '40 months')::date, (now() - interval '40 months')::date);
            insert into email_sends (workspace_id, campaign_id, lead_id, email, status, sent_at, created_at)
            select 1, c.id, l.id, l.email, 'sent', t, t
            from campaigns c, leads l, unnest(array[now() - interval '40 months', now()]) t
            where l.workspace_id = 1;
            insert into lead_activities (workspace_id, lead_id, activity_type, metadata)
            select 1, id, 'note', jsonb_build_object('to', email)
            from leads
            where workspace_id = 1;
            insert into automation_flows (workspace_id, name) values (1, 'f');
            insert into automation_executions (workspace_id, flow_id, lead_id)
            select 1, f.id, l.id
            from automation_flows f, leads l
            where l.workspace_id = 1;
            insert into webhooks (workspace_id, url) values (1, 'https://example.com');
            insert into webhook_logs (workspace_id, webhook_id, payload) select 1, id, '{"email": "Ann@x.io"}' from webhooks;
            insert into lead_imports (workspace_id, source) values (1, 's');
            insert into lead_import_rejects (workspace_id, import_id, row_number, email, reason)
            select 1, id, 1, 'ANN@X.io', 'no'
            from lead_imports;
            insert into lead_import_rows (workspace_id, import_id, row_number, email) select 1, id, 1, ' Ann@x.io' from lead_imports;
            insert into audit_logs (workspace_id, actor, action, entity, details) values (1, 'a', 'old', 'x', '{"lead": "ann@x.io"}');
            select count(*) from apply_retention('email_sends', 1095);
            """);
        return database;
    }
}
