namespace LoadHarness.Checks.Verification;

internal static partial class FunctionCalls
{
    private static FunctionCall[] Searching =>
    [
        new("page_cursor(timestamptz, bigint)", ["select page_cursor(now(), 1)"]),
        new("parse_page_cursor(text)", ["select * from parse_page_cursor(page_cursor(now(), 1))"],
            "select * from parse_page_cursor('broken')", "LH005"),
        new("require_page_limit(int)", ["select require_page_limit(50)"], "select require_page_limit(-1)", "LH006"),
        new("like_escape(text)", ["select like_escape('50%_')"]),
        new("expected_plan(bigint, text)", [$"select * from expected_plan({W}, 'true')"]),
        new("expected_leads(bigint, text)", [$"select expected_leads({W}, 'true')"]),
        new("expected_cost(bigint, text)", [$"select expected_cost({W}, 'true')"]),
        new("workspace_condition(bigint)", [$"select workspace_condition({W})"]),
        new("page_of_leads(bigint, text, int, text)", [$"select * from page_of_leads({W}, 'true', 10, null)"]),
        new("search_condition(text, text, text, text[])", ["select search_condition('verify', 'active', null, null)"]),
        new("search_leads_optimized(bigint, text, text, text, text[], int, text)", [$"select * from search_leads_optimized({W}, 'verify')"],
            $"select * from search_leads_optimized({W}, 'verify', p_cursor => 'broken')", "LH005"),
    ];

    private static FunctionCall[] Segments =>
    [
        new("segment_text(jsonb, text)", ["""select segment_text('"a"', 'name')"""], "select segment_text('1', 'name')", "LH004"),
        new("segment_list(jsonb, text)", ["""select segment_list('["a"]', 'name')"""], "select segment_list('[]', 'name')", "LH004"),
        new("segment_flag(jsonb, text)", ["select segment_flag('true', 'name')"], "select segment_flag('1', 'name')", "LH004"),
        new("segment_time(jsonb, text)", ["""select segment_time('"2025-01-31"', 'created_at')"""],
            """select segment_time('"soon"', 'created_at')""", "LH004"),
        new("segment_scalar(jsonb, text)", ["select segment_scalar('1', 'custom.score')"], "select segment_scalar('{}', 'custom.score')",
            "LH004"),
        new("unknown_segment_operator(text, text)", null, "select unknown_segment_operator('sounds_like', 'name')", "LH003"),
        new("compile_text_condition(text, text, jsonb)", ["""select compile_text_condition('name', 'equals', '"a"')"""],
            """select compile_text_condition('name', 'sounds_like', '"a"')""", "LH003"),
        new("compile_tag_condition(text, jsonb)", ["""select compile_tag_condition('contains', '"vip"')"""],
            """select compile_tag_condition('before', '"vip"')""", "LH003"),
        new("compile_time_condition(text, text, jsonb)", ["""select compile_time_condition('created_at', 'before', '"2025-01-31"')"""],
            """select compile_time_condition('created_at', 'contains', '"2025-01-31"')""", "LH003"),
        new("compile_custom_condition(text, text, jsonb)", ["""select compile_custom_condition('plan', 'equals', '"pro"')"""],
            """select compile_custom_condition('plan', 'sounds_like', '"pro"')""", "LH003"),
        new("compile_segment_leaf(jsonb)", ["""select compile_segment_leaf('{"field":"name","operator":"equals","value":"a"}')"""],
            """select compile_segment_leaf('{"field":"password","operator":"equals","value":"a"}')""", "LH002"),
        new("compile_segment(jsonb, int)", ["""select compile_segment('{"not":{"field":"name","operator":"equals","value":"a"}}')"""],
            "select compile_segment('[]')", "LH004"),
        new("get_segmented_leads(bigint, jsonb, int, text)", [
            $$"""select * from get_segmented_leads({{W}}, '{"field":"tags","operator":"contains","value":"vip"}')"""],
            $"select * from get_segmented_leads({W}, null)", "LH004"),
        new("count_segmented_leads(bigint, jsonb, bigint)", [
            $$"""select count_segmented_leads({{W}}, '{"field":"tags","operator":"contains","value":"vip"}')"""],
            $$"""select count_segmented_leads({{Foreign}}, '{"field":"tags","operator":"contains","value":"vip"}')""", "LH001"),
    ];

    private static FunctionCall[] Operations =>
    [
        new("get_query_performance_stats(int, bigint)", ["select * from get_query_performance_stats()"],
            "select * from get_query_performance_stats(0)", "LH006"),
        new("get_cache_hit_ratio()", ["select * from get_cache_hit_ratio()"]),
        new("get_connection_pool_status()", ["select * from get_connection_pool_status()"]),
        new("get_database_performance_metrics()", ["select * from get_database_performance_metrics()"]),
        new("get_table_size_stats()", ["select * from get_table_size_stats()"]),
        new("ask_workers(text)", ["select * from ask_workers('select ''[]''::jsonb')"]),
        new("get_index_usage_stats()", ["select * from get_index_usage_stats()"]),
        new("session_workspace()", ["select session_workspace()"]),
        new("parse_json(text)", ["select parse_json('{}')"], "select parse_json('{')", "LH009"),
        new("longest_text(text[])", ["select longest_text('{a,bc}')"]),
        new("source_reject_reason(text)", ["select source_reject_reason('web')"]),
        new("default_partition_months(regclass)", ["select * from default_partition_months('email_sends')"]),
        new("require_period(timestamptz, timestamptz, text)", ["select require_period(now() - interval '1 day', now(), 'day')"],
            "select require_period(now(), now(), 'eon')", "LH004"),
        new("refresh_analytics_views()", null, AskedBy: "AN-3"),
        new("get_campaign_analytics(bigint, timestamptz, timestamptz, text)",
            [$"select * from get_campaign_analytics({W}, now() - interval '1 month', now())"],
            $"select * from get_campaign_analytics({W}, now(), null)", "LH004"),
        new("get_lead_growth_analytics(bigint, timestamptz, timestamptz, text)",
            [$"select * from get_lead_growth_analytics({W}, now() - interval '1 month', now())"],
            $"select * from get_lead_growth_analytics({W}, now() - interval '1 month', now(), 'eon')", "LH004"),
        new("capture_database_snapshot()", ["select capture_database_snapshot()"]),
        new("capture_growth()", ["select capture_growth()"]),
        new("analyze_critical_tables()", null, AskedBy: "MA-4"),
        new("flush_gin_pending_lists()", ["select flush_gin_pending_lists()"]),
        new("retire_partition(regclass, regclass, text)",
            [
                """
                select retire_partition('lead_activities',
                    (select partition from partition_bounds('lead_activities') where not is_default order by from_at desc limit 1),
                        'archive')
                """]),
        new("sends_are_unfinished(regclass)",
            ["select sends_are_unfinished(partition) from partition_bounds('email_sends') where not is_default limit 1"]),
        new("archived_send_to(bigint, bigint, bigint)", [$"select archived_send_to({W}, {C}, 1)"]),
        new("retirement_of(bigint, bigint)", [$"select retirement_of({W}, {C})"]),
        new("remember_retired_campaigns(regclass, text)",
            ["select remember_retired_campaigns(partition) from partition_bounds('email_sends') where not is_default limit 1"]),
        new("apply_retention(text, int, text)", ["select * from apply_retention('email_sends', 3650, 'archive')"],
            "select * from apply_retention('leads', 3650)", "LH004"),
        new("cleanup_old_email_sends(int, text)", ["select * from cleanup_old_email_sends(3650)"],
            "select * from cleanup_old_email_sends(1)", "LH004"),
        new("prune_job_history(interval)", ["select prune_job_history('30 days')"]),
        new("prune_operations_history()", ["select prune_operations_history()"]),
        new("perform_maintenance_task(int)", null, "select * from perform_maintenance_task(-1)", "LH004", AskedBy: "MA-1"),
        new("perform_maintenance_tasks()", null, AskedBy: "MA-1"),
        // It commits, as run_job does: MA-1 runs its steps.
        new("perform_maintenance(jsonb)", null, "call perform_maintenance()", "2D000"),
    ];
}
