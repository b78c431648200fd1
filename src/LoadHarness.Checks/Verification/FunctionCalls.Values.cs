namespace LoadHarness.Checks.Verification;

internal static partial class FunctionCalls
{
    private static FunctionCall[] Values =>
    [
        new("cell(text)", ["select cell(' a ')"]),
        new("readable_elements(text)", ["""select readable_elements('[{"email":"a@new.example"}]')"""]),
        new("punycode(text)", ["select punycode('münchen')"]),
        new("ascii_domain(text)", ["select ascii_domain('münchen.example')"]),
        new("normalised_address(text)", ["select normalised_address('A@New.Example')"]),
        new("address_of(text)", ["select address_of(' A@New.Example ')"]),
        new("address_is_normal(text)", ["select address_is_normal('a@new.example')"]),
        new("address_reject_reason(text)", ["select address_reject_reason('a..b@new.example')"]),
        new("is_usual_time(timestamptz)", ["select is_usual_time(now())"]),
        new("cell_fault(text, text)", ["select cell_fault('{a', '{}')"]),
        new("lead_shape_fault(jsonb)", ["select lead_shape_fault('7')"]),
        new("lead_report(bigint, text, text)", ["select lead_report(1, 'a@new.example', 'refused')"]),
        new("risen_status(text, text)", ["select risen_status('active', 'bounced')"]),
        new("merge_reject_reason(text[], text[], jsonb, jsonb)",
            [$"select merge_reject_reason(l.tags, array['a'], l.custom_fields, '{{}}') from leads l where workspace_id = {W} limit 1"]),
        new("segment_bits_are_on()", ["select segment_bits_are_on()"]),
        new("is_date(text)", ["select is_date('2026-01-31Z')"]),
        new("is_day(text)", ["select is_day('2026-01-31')"]),
        new("custom_time(text)", ["select custom_time('2026-01-31T10:00+02')"]),
        new("first_day_from(timestamptz)", ["select first_day_from(now())"]),
        new("compile_time_operator(text, text, jsonb, text, text)",
            ["""select compile_time_operator('created_at', 'before', '"2025-01-31"', 'created_at')"""]),
        new("compile_custom_list(text, jsonb, text)", ["""select compile_custom_list('plan', '["pro"]', 'custom.plan')"""],
            "select compile_custom_list('plan', '[]', 'custom.plan')", "LH004"),
    ];

    private static FunctionCall[] ImportSteps =>
    [
        new("guard_staging()", [Staged], $"insert into lead_import_rows (import_id, row_number, email) values (-1, 1, 'a@new.example')",
            "LH004"),
        new("has_import_chunks(bigint, bigint)", [Staged, $"select has_import_chunks({W}, {Import})"]),
        new("order_staged_rows(bigint, bigint, text, boolean)",
            [Staged, $"select * from order_staged_rows({W}, {Import}, 'verify', true)"]),
        new("number_rounds(bigint, bigint)", [$"select number_rounds({W}, 0)"]),
        new("merge_repeated_rows(bigint, bigint, bigint, bigint, int)", [$"select * from merge_repeated_rows({W}, 0, 0, 0, 3)"]),
        new("merge_rows_once(bigint, bigint, bigint, bigint, boolean)", [$"select * from merge_rows_once({W}, 0, 0, 0, true)"]),
        new("merge_lead_rows(bigint, bigint, bigint, bigint, boolean)", [$"select * from merge_lead_rows({W}, 0, 0, 0, true)"]),
        new("forget_staged_rows(bigint, bigint)", [Staged, $"select forget_staged_rows({W}, {Import})"]),
        new("cancel_lead_import(bigint, bigint)", [Staged, $"select cancel_lead_import({W}, {Import})"],
            $"select cancel_lead_import({W}, -1)", "LH004"),
        new("import_is_free(bigint, bigint)", [Staged, $"select import_is_free({W}, {Import})"]),
        new("prune_lead_imports(interval, interval)", ["select prune_lead_imports()"], "select prune_lead_imports('0')", "LH004"),
        new("import_json_leads(bigint, jsonb, boolean)", [
            $$"""select * from import_json_leads({{W}}, '[{"email":"a@new.example"}]', true)"""],
            $"select * from import_json_leads({W}, '7', true)", "LH004"),
    ];

    private static FunctionCall[] Suppression =>
    [
        new("address_hash(bigint, text)", [$"select address_hash({W}, 'a@new.example')"]),
        new("require_normal_address(text)", ["select require_normal_address('A@New.Example')"], "select require_normal_address('nobody')",
            "LH004"),
        new("follow_address()",
            [$"update leads set email = 'moved@example.com' where workspace_id = {W} and email = 'verify1@example.com'"]),
        new("suppress_other_addresses(bigint, bigint[], text[], text[])",
            [$"select suppress_other_addresses({W}, '{{1}}', '{{former@new.example}}', '{{bounced}}')"]),
        new("remember_suppressed_lead()",
            [$"update leads set status = 'complained' where workspace_id = {W} and email = 'verify1@example.com'"]),
        new("respect_suppression()", [$"insert into leads (workspace_id, email) values ({W}, 'verify0@example.com')"]),
        new("suppression_of(bigint, text)", [$"select suppression_of({W}, 'verify1@example.com')"],
            $"select suppression_of({Foreign}, 'verify1@example.com')", "LH001"),
        new("suppress_address(bigint, text, text)", [$"select suppress_address({W}, 'a@new.example', 'complained')"],
            $"select suppress_address({W}, 'a@new.example', 'bored')", "LH004"),
        new("unsuppress_address(bigint, text, text)", [$"select unsuppress_address({W}, 'a@new.example', 'asked')"],
            $"select unsuppress_address({W}, 'a@new.example', '')", "LH004"),
    ];
}
