namespace LoadHarness.IntegrationTests.Input;

/// <summary>A value that each parameter takes, by its name: the rest of a call whose one argument is bad.</summary>
internal static class GoodValues
{
    private static readonly Dictionary<string, string> ByName = new()
    {
        ["p_workspace_id"] = "1",
        ["p_campaign_id"] = "5",
        ["p_import_id"] = "1",
        ["p_api_key_id"] = "1",
        ["p_run_id"] = "1",
        ["p_source"] = "'web'",
        ["p_chunk"] = "100",
        ["p_leads"] = "'[{\"email\": \"good@x.io\"}]'",
        ["p_lead_ids"] = "'{1}'",
        ["p_segment"] = Segment,
        ["p_conditions"] = Segment,
        ["p_first_lead_id"] = "1",
        ["p_last_lead_id"] = "10",
        ["p_worker"] = "'worker'",
        ["p_limit"] = "10",
        ["p_cap"] = "10",
        ["p_ids"] = "'{1}'",
        ["p_provider_prefix"] = "'p-'",
        ["p_at"] = "now()",
        ["p_send_window"] = "null",
        ["p_everybody"] = "true",
        ["p_claimed_at"] = "'2026-01-01Z'",
        ["p_provider_ids"] = "'{one}'",
        ["p_error"] = "'refused'",
        ["p_retry_after"] = "'5 minutes'",
        ["p_max_attempts"] = "5",
        ["p_older_than"] = "'10 minutes'",
        ["p_events"] = "'[{\"id\": 1, \"event\": \"opened\"}]'",
        ["p_sent"] = "1",
        ["p_delivered"] = "1",
        ["p_opened"] = "1",
        ["p_clicked"] = "1",
        ["p_bounced"] = "1",
        ["p_unsubscribed"] = "1",
        ["p_complained"] = "1",
        ["p_term"] = "'lead'",
        ["p_status"] = "'active'",
        ["p_tags"] = "'{vip}'",
        ["p_cursor"] = "'1760000000000000.7'",
        ["p_min_calls"] = "1",
        ["p_from"] = "'2026-01-01'",
        ["p_to"] = "'2026-02-01'",
        ["p_period"] = "'day'",
        ["p_name"] = "'a key'",
        ["p_expires_at"] = "'2100-01-01'",
        ["p_auto_renew"] = "true",
        ["p_renewal_period_days"] = "30",
        ["p_api_key"] = "'lh_unknown'",
        ["p_reason"] = "'lost'",
        ["p_keep"] = "'30 days'",
        ["p_months_ahead"] = "24",
        ["p_job"] = "'expire-api-keys'",
        ["p_runner"] = "'test'",
        ["p_outcome"] = "'succeeded'",
        ["p_detail"] = "'done'",
        ["p_json"] = "'{}'",
        ["p_email"] = "'joe@x.io'",
        ["p_lead_id"] = "1",
        ["p_user_id"] = "2",
        ["p_into_workspace_id"] = "2",
        ["p_role"] = "'admin'",
        ["p_owner_email"] = "'ann@x.io'",
        ["p_owner_name"] = "'Ann'",
        ["p_batch"] = "100",
        ["p_query"] = "'select 1'",
        ["p_step"] = "0",
        ["outcomes"] = "null",
    };

    private const string Segment = "'{\"field\": \"tags\", \"operator\": \"contains\", \"value\": \"vip\"}'";

    // Where one function takes another value than the rest.
    private static readonly Dictionary<string, string> ByFunction = new() { ["suppress_address.p_reason"] = "'complained'" };

    public static string Of(GrantedRoutine routine, RoutineParameter parameter) =>
        ByFunction.TryGetValue($"{routine.Name}.{parameter.Name}", out var own) ? own : Of(parameter);

    private static string Of(RoutineParameter parameter) => ByName.TryGetValue(parameter.Name, out var value)
        ? value
        : throw new KeyNotFoundException(
            $"No good value is known for the parameter {parameter.Name}: add one, so that its functions are tested.");

    /// <summary>What the good values speak of: a campaign with a send, an import with a staged row, a key.</summary>
    public const string Rows =
        """
        insert into workspaces (id, name) values (1, 'own'), (2, 'foreign');
        insert into leads (workspace_id, email, tags) values (1, 'lead1@x.io', '{vip}'), (2, 'lead2@x.io', '{vip}');
        insert into campaigns (id, workspace_id, name, subject, status, enqueued_at) values (5, 1, 'c', 's', 'sending', now());
        insert into email_sends (id, workspace_id, campaign_id, lead_id, email, created_at)
        select 1, 1, 5, 1, 'lead1@x.io', enqueued_at
        from campaigns;
        insert into lead_imports (workspace_id, source) values (1, 'test');
        insert into lead_import_rows (workspace_id, import_id, row_number, email) values (1, 1, 1, 'staged@x.io');
        insert into api_keys (workspace_id, name, key_hash) values (1, 'key', '\x01');
        insert into job_runs (job, runner) values ('renew-api-keys', 'test');
        insert into users (id, email, name) values (1, 'own@x.io', 'Own'), (2, 'max@x.io', 'Max');
        insert into workspace_members (workspace_id, user_id, role) values (1, 1, 'owner'), (1, 2, 'member');
        select setval(pg_get_serial_sequence('workspaces', 'id'), 100), setval(pg_get_serial_sequence('users', 'id'), 100);
        """;
}
