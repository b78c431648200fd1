namespace LoadHarness.Checks.Verification;

/// <summary>BF-1..6 and SG-1..6: the functions are really called, on fifty leads of their own.</summary>
internal static class FunctionQuestions
{
    private const string Segment = """{"and":[{"field":"company","operator":"equals","value":"Acme"},{"or":[{"field":"tags","operator":"contains","value":"vip"},{"field":"email","operator":"contains","value":"verify1@"}]}]}""";

    public static IReadOnlyList<SqlCheck> All { get; } =
    [
        Call(
            "BF-1",
            $$"""select * from bulk_insert_leads({{Tenant.Workspace}}, '[{"email":"a@new.example"},{"email":"b@new.example"},{"email":"verify1@example.com"}]')""",
            "success_count = 2 and duplicate_count = 1",
            "format('%s inserted, %s duplicates, %s errors of 3', success_count, duplicate_count, error_count)"),
        Call(
            "BF-2",
            $$"""select * from fast_bulk_lead_import({{Tenant.Workspace}}, '[{"email":"a@new.example"},{"email":""},{"email":"verify1@example.com","name":"New"}]')""",
            "imported_count = 1 and updated_count = 1 and error_count = 1 and jsonb_array_length(errors) = 1",
            "format('%s imported, %s updated, %s rejected: %s', imported_count, updated_count, error_count, errors)"),
        Call(
            "BF-3",
            $"""
            with first as materialized (select total_scheduled from bulk_schedule_email_sends({Tenant.Campaign}, {Tenant.Workspace}, '"all"'::jsonb))
            select f.total_scheduled as first, s.total_scheduled as second
            from first f cross join lateral (select b.total_scheduled from bulk_schedule_email_sends({Tenant.Campaign}, {Tenant.Workspace}, case when f.total_scheduled >= 0 then '"all"'::jsonb end) b) s
            """,
            "first = 50 and second = 0",
            "format('%s sends scheduled for 50 active leads, a second call added %s', first, second)"),
        new(
            "BF-4",
            $"select case when opened_count = 7 then 'met' else 'missed' end, format('7 opens added as a delta and folded: the campaign shows %s', opened_count), opened_count, 7, 'opens' from campaigns where id = {Tenant.Campaign} and workspace_id = {Tenant.Workspace}",
            [$"select batch_update_campaign_metrics({Tenant.Campaign}, p_opened => 7)", "select fold_campaign_metrics()"],
            WithTenant: true),
        new(
            "BF-5",
            $"select case when current_setting('app.applied')::int = 3 then 'met' else 'missed' end, format('3 events sent, %s applied', current_setting('app.applied')), current_setting('app.applied')::int, 3, 'events'",
            [
                $"select bulk_schedule_email_sends({Tenant.Campaign}, {Tenant.Workspace})",
                $"select mark_email_sends_sent({Tenant.Workspace}, {Tenant.Campaign}, (select array_agg(id) from claim_email_sends({Tenant.Workspace}, {Tenant.Campaign}, 'verify', 10)), 'verify')",
                $"select set_config('app.applied', batch_update_email_status((select jsonb_agg(jsonb_build_object('id', id, 'created_at', created_at, 'event', 'delivered', 'occurred_at', now())) from (select id, created_at from email_sends where workspace_id = {Tenant.Workspace} and status = 'sent' limit 3) s))::text, true)",
            ],
            WithTenant: true),
        Call(
            "BF-6",
            $"""
            with first as materialized (select * from search_leads_optimized({Tenant.Workspace}, 'verify', p_limit => 30))
            select (select count(*) from first) as first, (select count(*) from search_leads_optimized({Tenant.Workspace}, 'verify', p_limit => 30, p_cursor => (select cursor from first order by created_at, id limit 1))) as second,
                (select count(*) from search_leads_optimized({Tenant.Workspace})) as plain
            """,
            "first = 30 and second = 20 and plain = 50",
            "format('pages of %s and %s for 50 matches; %s with default arguments', first, second, plain)"),
        Call(
            "SG-1",
            $"select count(*) as found from get_segmented_leads({Tenant.Workspace}, '{Segment}')",
            "found = 16",
            "format('%s of 50 leads in a nested condition, 16 expected', found)"),
        Call(
            "SG-2",
            $"select count_segmented_leads({Tenant.Workspace}, '{Segment}') as found",
            "found = 16",
            "format('%s counted, 16 expected', found)"),
        Each(
            "SG-3",
            [
                Leaf("email", "equals", "verify7@example.com"), Leaf("name", "equals", "Name 7"), Leaf("company", "equals", "Acme"),
                Leaf("tags", "contains", "vip"), Leaf("source", "equals", "verify"), Leaf("created_at", "after", "2000-01-01"),
            ],
            "fields email, name, company, tags, source and created_at"),
        Each(
            "SG-4",
            [
                Leaf("company", "equals", "Acme"), Leaf("name", "contains", "Name"), Leaf("company", "not_contains", "Acme"),
                Leaf("created_at", "before", "2200-01-01"), Leaf("created_at", "after", "2000-01-01"),
            ],
            "operators equals, contains, not_contains, before and after"),
        Each("SG-5", [Leaf("custom.plan", "equals", "pro"), Leaf("custom.plan", "not_equals", "pro")], "custom fields"),
        Call(
            "SG-6",
            $"""
            with all_leads as (select '{Leaf("source", "equals", "verify")}'::jsonb as condition),
            first as materialized (select s.* from all_leads, get_segmented_leads({Tenant.Workspace}, condition, 20) s),
            second as materialized (select s.* from all_leads, get_segmented_leads({Tenant.Workspace}, condition, 20, (select cursor from first order by created_at, id limit 1)) s),
            third as materialized (select s.* from all_leads, get_segmented_leads({Tenant.Workspace}, condition, 20, (select cursor from second order by created_at, id limit 1)) s)
            select count(distinct id) as found from (select id from first union all select id from second union all select id from third) p
            """,
            "found = 50",
            "format('%s different leads on three keyset pages of 20, 50 expected', found)"),
    ];

    private static string Leaf(string field, string @operator, string value) =>
        $$"""{"field":"{{field}}","operator":"{{@operator}}","value":"{{value}}"}""";

    private static SqlCheck Call(string id, string rows, string met, string evidence) => new(
        id, $"select case when {met} then 'met' else 'missed' end, {evidence}, null, null, '' from ({rows}) answer", WithTenant: true);

    // Every condition finds somebody, and the count agrees with the pages.
    private static SqlCheck Each(string id, string[] leaves, string what) => Call(
        id,
        $"""
        select count(*) filter (where pages > 0 and pages = counted) as good, count(*) as asked
        from (
            select (select count(*) from get_segmented_leads({Tenant.Workspace}, leaf::jsonb, 100)) as pages, count_segmented_leads({Tenant.Workspace}, leaf::jsonb) as counted
            from unnest(array[{string.Join(", ", leaves.Select(leaf => $"'{leaf}'"))}]) as l (leaf)
        ) c
        """,
        "good = asked",
        $"format('%s of %s conditions found leads and were counted alike: {what}', good, asked)");
}
