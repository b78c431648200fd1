using Npgsql;

namespace LoadHarness.IntegrationTests.Migration;

/// <summary>Three workspaces with a few thousand rows in every tenant table, over 26 past months.</summary>
internal static class SampleRows
{
    public const int LeadsAWorkspace = 2_000;

    /// <summary>Works on the base schema and on the optimized one.</summary>
    public static async Task InsertAsync(NpgsqlDataSource admin)
    {
        await using var command = admin.CreateCommand(
            """
            insert into workspaces (name) select 'Workspace ' || w from generate_series(1, 3) w;
            insert into users (email, name) select 'user' || u || '@example.com', 'User ' || u from generate_series(1, 6) u;
            insert into workspace_members (workspace_id, user_id) select 1 + u % 3, u from generate_series(1, 6) u;
            insert into leads (workspace_id, email, name, company, source, status, tags, custom_fields, created_at, updated_at)
            select w, 'lead' || i || '@example' || i % 7 || '.com', 'Zoë ' || i, 'Company ' || i % 50,
                   (array['web', 'import', 'api'])[1 + i % 3],
                   (array['active', 'active', 'active', 'unsubscribed', 'bounced'])[1 + i % 5],
                   array['tag' || i % 20, 'tag' || i % 13], jsonb_build_object('plan', 'p' || i % 4, 'score', i % 100),
                   now() - make_interval(hours => 9 * i), now() - make_interval(hours => 9 * i)
            from generate_series(1, 3) w, generate_series(1, 2000) i;
            insert into lead_segments (workspace_id, name, conditions) select w, 'Segment', '{"and": []}' from generate_series(1, 3) w;
            insert into email_templates (workspace_id, name, subject, body) select w, 'T', 'S', 'B' from generate_series(1, 3) w;
            insert into campaigns (workspace_id, template_id, segment_id, name, subject, status)
            select s.workspace_id, t.id, s.id, 'Campaign ' || n, 'S', (array['draft', 'sending', 'sent'])[n]
            from lead_segments s join email_templates t using (workspace_id), generate_series(1, 3) n;
            insert into campaign_batches (workspace_id, campaign_id, recipients) select workspace_id, id, 10 from campaigns;
            insert into email_sends (workspace_id, campaign_id, lead_id, email, status, created_at)
            select l.workspace_id, c.id, l.id, l.email, (array['pending', 'sent', 'opened'])[1 + l.id % 3], l.created_at
            from leads l join campaigns c on c.workspace_id = l.workspace_id and c.name = 'Campaign 2';
            insert into lead_activities (workspace_id, lead_id, campaign_id, activity_type, created_at)
            select s.workspace_id, s.lead_id, s.campaign_id, t, s.created_at
            from email_sends s, unnest(array['sent', 'opened']) t;
            insert into automation_flows (workspace_id, name) select w, 'Flow' from generate_series(1, 3) w;
            insert into automation_executions (workspace_id, flow_id, lead_id)
            select f.workspace_id, f.id, l.id from automation_flows f join leads l using (workspace_id) where l.id % 100 = 0;
            insert into webhooks (workspace_id, url) select w, 'https://example.com/hook' from generate_series(1, 3) w;
            insert into webhook_logs (workspace_id, webhook_id) select workspace_id, id from webhooks;
            insert into api_keys (workspace_id, name, key_hash) select w, 'Key', sha256(w::text::bytea) from generate_series(1, 3) w;
            insert into api_key_audit_logs (workspace_id, api_key_id, action) select workspace_id, id, 'created' from api_keys;
            insert into audit_logs (workspace_id, actor, action, entity)
            select w, 'test', 'created', 'workspace'
            from generate_series(1, 3) w;
            """);
        await command.ExecuteNonQueryAsync();
    }
}
