namespace LoadHarness.Checks.Verification;

/// <summary>How a function of the schema is called to see that it works and that it refuses.</summary>
/// <param name="Signature">As to_regprocedure reads it.</param>
/// <param name="Good">
/// Statements that must succeed, the last one calling the function or causing its trigger; null when none can in a transaction.
/// </param>
/// <param name="Bad">A call that must be refused; null when the function takes every value of its types.</param>
/// <param name="Refusal">SQLSTATE of the refusal.</param>
/// <param name="AskedBy">The requirement whose own question calls it; calling it here as well would read whole tables twice.</param>
internal sealed record FunctionCall(string Signature, string[]? Good, string? Bad = null, string? Refusal = null, string? AskedBy = null);

/// <summary>QA-1: every function of the schema, with a workspace of fifty leads and a campaign to work on.</summary>
internal static partial class FunctionCalls
{
    private const string W = Tenant.Workspace;
    private const string Foreign = $"{W} + 1";
    private const string C = Tenant.Campaign;
    private const string Scheduled = $"select * from bulk_schedule_email_sends({C}, {W})";
    private const string Claimed = $"array(select id from claim_email_sends({W}, {C}, 'verify', 10))";

    private const string Staged = $"""
        insert into lead_import_rows (import_id, row_number, email, name)
        values (begin_lead_import({W}, 'verify'), 1, 'a@new.example', 'A')
        """;
    private const string Import = $"(select max(id) from lead_imports where workspace_id = {W})";

    public static IReadOnlyList<FunctionCall> All { get; } =
        [.. Partitions, .. Values, .. Imports, .. ImportSteps, .. Suppression, .. Sends, .. Searching, .. Segments, .. SegmentBits,
            .. Operations, .. Keys,
            .. Jobs, .. Audit, .. People, .. Members];

    private static FunctionCall[] Partitions =>
    [
        new("partition_bounds(regclass)", ["select * from partition_bounds('email_sends')"]),
        new("settle_partitions(regclass)", ["select settle_partitions('email_sends')"]),
        new("add_month_partition(regclass, date)", ["select add_month_partition('email_sends', '2090-01-01')"]),
        new("missing_months(regclass, date, date)", ["select missing_months('lead_activities', '2090-01-01', '2090-02-01')"]),
        new("add_month_partitions(regclass, date, date)", ["select add_month_partitions('lead_activities', '2090-01-01', '2090-02-01')"]),
        new("create_monthly_partitions(int)", null, "select create_monthly_partitions(-1)", "LH004", AskedBy: "MA-5"),
        new("check_default_partitions()", ["select * from check_default_partitions()"]),
        new("months_to_make(regclass, int)", ["select months_to_make('email_sends', 24)"]),
        new("make_month_partitions(regclass, int)", null, AskedBy: "MA-5"),
        new("make_months(regclass, int)", null, AskedBy: "MA-5"),
        new("try_for_lock(text)", ["select try_for_lock('select 1')"]),
        new("run_partman(regclass, int, text)", null, AskedBy: "MA-5"),
        new("make_next_partition(regclass, int, boolean)", ["select * from make_next_partition('lead_activities', 1, false)"]),
        new("few_strays(regclass, date)", ["select few_strays('lead_activities', '2090-01-01')"]),
        new("partition_tasks()", ["select * from partition_tasks()"]),
    ];

    private static FunctionCall[] Imports =>
    [
        new("tenant_workspace()", ["select tenant_workspace()"]),
        new("require_workspace(bigint)", [$"select require_workspace({W})"], $"select require_workspace({Foreign})", "LH001"),
        new("lead_reject_reason(text, text, text, text, text, text, text, text[], jsonb)",
            ["select lead_reject_reason('a@new.example', 'A', null, null, null, 'web', 'active', '{}', '{}')"]),
        new("merged_tags(text[], text[])", ["select merged_tags(array['a'], array['b'])"]),
        new("distinct_tags(text[])", ["select distinct_tags(array['a', 'a'])"]),
        new("tags_once(text[])", ["select tags_once(array['a', 'a'])"]),
        new("import_changes_lead(text[], text[], text, text, text[], text[], jsonb, jsonb)",
            ["select import_changes_lead('{A,B,C,D}', '{E,F,G,H}', 'active', 'active', '{}', '{}', '{}', '{}')"]),
        new("begin_lead_import(bigint, text)", [$"select begin_lead_import({W}, 'verify')"], $"select begin_lead_import({W}, '')", "LH004"),
        new("import_chunk_rows(bigint)", ["select import_chunk_rows(2000000)"]),
        new("prepare_lead_import(bigint, bigint, text, int)", [Staged, $"select prepare_lead_import({W}, {Import}, 'verify', 10)"]),
        new("merge_lead_chunk(bigint, bigint, bigint, bigint)", [$"select * from merge_lead_chunk({W}, 0, 0, 0)"]),
        new("flush_lead_indexes()", ["select flush_lead_indexes()"]),
        new("finish_lead_import(bigint, bigint, int)", [Staged, $"select * from finish_lead_import({W}, {Import}, 10)"],
            $"select * from finish_lead_import({W}, begin_lead_import({W}, 'verify'), -1)", "LH006"),
        new("json_leads(jsonb)", ["""select * from json_leads('[{"email":"a@new.example"}]')"""], "select * from json_leads('{}')",
            "LH004"),
        new("bulk_insert_leads(bigint, jsonb)", [$$"""select * from bulk_insert_leads({{W}}, '[{"email":"a@new.example"}]')"""],
            $"select * from bulk_insert_leads({Foreign}, '[]')", "LH001"),
        new("fast_bulk_lead_import(bigint, jsonb)", [$$"""select * from fast_bulk_lead_import({{W}}, '[{"email":"a@new.example"}]')"""],
            $"select * from fast_bulk_lead_import({W}, '7')", "LH004"),
    ];

    private static FunctionCall[] Sends =>
    [
        new("campaign_may_become(text, text)", ["select campaign_may_become('draft', 'sending')"]),
        new("campaign_has_open_sends(bigint, bigint)", [$"select campaign_has_open_sends({W}, {C})"]),
        new("guard_campaign()", [$"update campaigns set status = 'cancelled' where workspace_id = {W} and id = {C}"],
            $"update campaigns set status = 'sent' where workspace_id = {W} and id = {C}", "LH010"),
        new("note_lead_decision()",
            [$"update leads set status = 'unsubscribed' where workspace_id = {W} and email = 'verify1@example.com'"]),
        new("campaign_is_due(timestamptz, tstzrange)", ["select campaign_is_due(now(), null)"]),
        new("campaign_is_retired(bigint, bigint)", [$"select campaign_is_retired({W}, {C})"]),
        new("campaign_is_free(bigint, bigint)", [$"select campaign_is_free({W}, {C})"]),
        new("campaign_of(bigint, bigint)", [$"select campaign_of({W}, {C})"], $"select campaign_of({W}, -1)", "LH007"),
        new("reopen_campaign(bigint, bigint)", [$"select reopen_campaign({W}, {C})"]),
        new("set_campaign_status(bigint, bigint, text)", [$"select set_campaign_status({W}, {C}, 'paused')"],
            $"select set_campaign_status({W}, -1, 'paused')", "LH007"),
        new("schedule_campaign(bigint, bigint, timestamptz, tstzrange, boolean)",
            [$"select schedule_campaign({W}, {C}, p_everybody => true)"], $"select schedule_campaign({W}, {C})", "LH004"),
        new("start_next_campaign()", [$"select schedule_campaign({W}, {C}, p_everybody => true)", "select * from start_next_campaign()"]),
        new("start_due_campaigns(int)", [$"select schedule_campaign({W}, {C}, p_everybody => true)", "select * from start_due_campaigns()"],
            "select * from start_due_campaigns(0)", "LH006"),
        new("pause_campaign(bigint, bigint)", [Scheduled, $"select pause_campaign({W}, {C})"], $"select pause_campaign({W}, -1)", "LH007"),
        new("resume_campaign(bigint, bigint)", [Scheduled, $"select pause_campaign({W}, {C})", $"select resume_campaign({W}, {C})"],
            $"select resume_campaign({W}, {C})", "LH010"),
        new("cancel_campaign(bigint, bigint)", [$"select cancel_campaign({W}, {C})"], $"select cancel_campaign({W}, -1)", "LH007"),
        new("enqueue_campaign(bigint, bigint)", [$"select enqueue_campaign({W}, {C})"], $"select enqueue_campaign({W}, -1)", "LH007"),
        new("campaign_audience(bigint, bigint, jsonb)", [$"""select campaign_audience({W}, {C}, '"all"')"""],
            $"select campaign_audience({W}, {C}, null)", "LH004"),
        new("campaign_has_strays(bigint, bigint, timestamptz)", [$"select campaign_has_strays({W}, {C}, now())"]),
        new("add_free_recipients(bigint, bigint, timestamptz, text, bigint, bigint, bigint[], bigint, text)",
            [$"select add_free_recipients({W}, {C}, now(), 'true', 0, 9223372036854775807, null, 100, 'nowait')"]),
        new("without_send(bigint)", [$"select without_send({C})"]),
        new("recipients_left(bigint, text, bigint, bigint, bigint[])", [$"select recipients_left({W}, 'true', 0, 100, null)"]),
        new("add_held_recipients(bigint, bigint, timestamptz, text, bigint[])",
            [$"select add_held_recipients({W}, {C}, now(), 'true', array[1])"]),
        new("try_campaign_recipients(bigint, bigint, timestamptz, text, bigint, bigint, bigint[], bigint, boolean)",
            [$"select try_campaign_recipients({W}, {C}, now(), 'true', 0, 9223372036854775807, null, 0, true)"]),
        new("add_campaign_recipients(bigint, bigint, timestamptz, text, bigint, bigint, bigint[])",
            [$"select add_campaign_recipients({W}, {C}, now(), 'true', 0, 9223372036854775807, null)"]),
        new("analyze_new_sends(timestamptz, bigint)", ["select analyze_new_sends(now(), 1000000)"]),
        new("record_campaign_batch(bigint, bigint, timestamptz, bigint, boolean, text, timestamptz, bigint)",
            [$"select record_campaign_batch({W}, {C}, now(), 10, true, 'draft', null, null)"],
            $"select record_campaign_batch({W}, {C}, now(), 10, true, 'scheduled', now(), null)", "LH007"),
        new("bulk_schedule_email_sends(bigint, bigint, bigint[])",
            [$"select * from bulk_schedule_email_sends({C}, {W}, array(select id from leads where workspace_id = {W} limit 5))"],
            $"select * from bulk_schedule_email_sends({C}, {W}, null::bigint[])", "LH004"),
        new("bulk_schedule_email_sends(bigint, bigint, jsonb, bigint, bigint)", [Scheduled],
            $"select * from bulk_schedule_email_sends({C}, {W}, null::jsonb)", "LH004"),
        new("open_campaign(bigint, bigint)", [$"select * from open_campaign({W}, {C})"], $"select * from open_campaign({W}, -1)", "LH007"),
        new("claim_email_sends(bigint, bigint, text, int)", [Scheduled, $"select * from claim_email_sends({W}, {C}, 'verify', 10)"],
            $"select * from claim_email_sends({W}, {C}, 'verify', 0)", "LH006"),
        new("close_sends(bigint, bigint, bigint[], timestamptz[], text[], timestamptz)",
            [$"select close_sends({W}, {C}, '{{}}', '{{}}', '{{}}', now())"]),
        new("changed_leads(bigint, bigint[], text[])", [$"select * from changed_leads({W}, '{{1}}', '{{a@new.example}}')"]),
        new("suppressed_recipients(bigint, bigint[], text[], bigint[], bigint[])",
            [$"select suppress_address({W}, 'a@new.example', 'complained')",
                $"select * from suppressed_recipients({W}, '{{1}}', '{{a@new.example}}', null, null)"]),
        new("leads_with_strays(bigint, bigint, timestamptz, bigint[], bigint[])",
            [$"select * from leads_with_strays({W}, {C}, now(), '{{1}}', null)"]),
        new("moved_addresses(bigint, bigint[], text[])", [$"select * from moved_addresses({W}, '{{1}}', '{{a@new.example}}')"]),
        new("claim_stray_sends(bigint, bigint, timestamptz, text, int, timestamptz)",
            [Scheduled, $"select * from claim_stray_sends({W}, {C}, null, 'verify', 10, now())"]),
        new("holds_claim(text, text, timestamptz, smallint, text, timestamptz)",
            ["select holds_claim('claimed', 'w', now(), 1::smallint, 'w', now())"]),
        new("mark_sends(bigint, bigint, bigint[], text, text, timestamptz, text[], timestamptz, timestamptz)",
            [$"select mark_sends({W}, {C}, array[1], 'verify', null, null, null, '-infinity', 'infinity')"]),
        new("mark_email_sends_sent(bigint, bigint, bigint[], text, text, timestamptz, text[])",
            [Scheduled, $"select mark_email_sends_sent({W}, {C}, {Claimed}, 'verify', 'verify')"],
            $"select mark_email_sends_sent({W}, -1, '{{}}', 'verify')", "LH007"),
        new("mark_email_sends_failed(bigint, bigint, bigint[], text, text, timestamptz, interval, int)",
            [Scheduled, $"select mark_email_sends_failed({W}, {C}, {Claimed}, 'verify')"],
            $"select mark_email_sends_failed({W}, {C}, null, 'verify')", "LH004"),
        new("complete_campaign(bigint, bigint)", [$"select complete_campaign({W}, {C})"], $"select complete_campaign({Foreign}, {C})",
            "LH001"),
        new("waiting_since(bigint, bigint, timestamptz)", [Scheduled, $"select waiting_since({W}, {C}, now())"]),
        new("get_missed_campaigns()", ["select * from get_missed_campaigns()"]),
        new("reap_stale_claims(interval)", ["select reap_stale_claims('1 hour')"], "select reap_stale_claims('-1 hour')", "LH004"),
        new("event_time(jsonb)", ["""select event_time('"2026-01-01"')"""]),
        new("json_send_events(jsonb)", ["select * from json_send_events('[]')"], "select * from json_send_events('{}')", "LH008"),
        new("send_status_rank(text)", ["select send_status_rank('opened')"]),
        new("find_send_events(bigint, jsonb)", [$$"""select * from find_send_events({{W}}, '[{"id":1,"event":"opened"}]')"""]),
        new("archived_send_lead(bigint, bigint, text)", [$"select archived_send_lead({W}, 1, null)"]),
        new("take_event_leads(bigint, bigint[], bigint[])", [$"select take_event_leads({W}, '{{}}', '{{}}')"]),
        new("try_event_leads(bigint, bigint[], bigint[])", [$"select try_event_leads({W}, '{{}}', '{{}}')"]),
        new("lock_event_leads(bigint, bigint[], bigint[])", [$"select lock_event_leads({W}, '{{1}}', '{{2}}')"]),
        new("note_send_activities(bigint, bigint[], bigint[], bigint[], timestamptz[], timestamptz[], timestamptz[], text)",
            [$"select note_send_activities({W}, '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', 'email_opened')"]),
        new("merge_send_events(bigint, bigint[], timestamptz[], text[], timestamptz[], text[])",
            [$"select merge_send_events({W}, array[1], array[now()], array['opened'], array[now()], array[null])"]),
        new("apply_send_events(jsonb)", ["select * from apply_send_events('[]')"], "select * from apply_send_events('7')", "LH008"),
        new("batch_update_email_status(jsonb)", ["select batch_update_email_status('[]')"],
            """select batch_update_email_status('[{"id":1,"event":"vanished"}]')""", "LH008"),
        new("batch_update_campaign_metrics(bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint)",
            [$"select batch_update_campaign_metrics({C}, p_opened => 1)"], $"select batch_update_campaign_metrics({C}, p_opened => -1)",
            "LH004"),
        new("fold_campaign_metrics()", ["select fold_campaign_metrics()"]),
    ];

    private static FunctionCall[] Keys =>
    [
        new("create_api_key(bigint, text, timestamptz, boolean, int)", [$"select * from create_api_key({W}, 'verify')"],
            $"select * from create_api_key({W}, '')", "LH004"),
        new("verify_api_key(text)", [$"select * from verify_api_key((select api_key from create_api_key({W}, 'verify')))"]),
        new("revoke_api_key(bigint, bigint, text)",
            [$"select revoke_api_key({W}, (select api_key_id from create_api_key({W}, 'verify')), 'verify')"],
            $"select revoke_api_key({Foreign}, 1, 'verify')", "LH001"),
        new("expire_api_keys()", ["select expire_api_keys()"]),
        new("auto_renew_api_keys()", ["select auto_renew_api_keys()"]),
    ];

    private static FunctionCall[] Jobs =>
    [
        new("begin_job_run(text, text)", ["select begin_job_run('maintenance', 'verify')"], "select begin_job_run('no such job', 'verify')",
            "LH004"),
        new("job_run_is_alive(bigint)", ["select job_run_is_alive(begin_job_run('maintenance', 'verify'))"]),
        new("run_job_step(bigint, int)", ["select run_job_step(begin_job_run('expire-api-keys', 'verify'), 0)"],
            "select run_job_step(-1, 0)", "LH004"),
        new("end_job_run(bigint)", ["select * from end_job_run(begin_job_run('maintenance', 'verify'))"], "select * from end_job_run(-1)",
            "LH004"),
        // It commits, which no transaction that is rolled back allows: JB-1 to JB-5 run the jobs' bodies.
        new("run_job(text, text)", null, "call run_job('no such job', 'verify')", "LH004"),
        new("schedule_jobs()", ["select * from schedule_jobs()"]),
        new("unschedule_jobs()", ["select unschedule_jobs()"]),
        new("get_job_status()", ["select * from get_job_status()"]),
    ];
}
