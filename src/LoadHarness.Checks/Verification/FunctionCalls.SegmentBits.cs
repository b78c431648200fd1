namespace LoadHarness.Checks.Verification;

internal static partial class FunctionCalls
{
    private const string Vip = """'{"field":"tags","operator":"contains","value":"vip"}'""";
    private const string Built = $"select build_segment_bits({W}, 1)";

    internal static FunctionCall[] SegmentBits =>
    [
        new("note_segment_change()", [$"update leads set tags = '{{moved}}' where workspace_id = {W} and email = 'verify1@example.com'"]),
        new("forget_all_segment_bits()",
            ["create temp table emptied () on commit drop",
                "create trigger forget after truncate on emptied for each statement execute function forget_all_segment_bits()",
                "truncate emptied"]),
        new("segment_day(text)", ["select segment_day('2026-01-31')"]),
        new("segment_bit_set(int, int)", ["select segment_bit_set(place, 1) from generate_series(0, 9) as place"]),
        new("segment_field(text)", ["select segment_field('status')"]),
        new("segment_columns(bigint, int)", [Built, $"select * from segment_columns({W}, 63)"]),
        new("segment_sets(bigint, int)", [Built, $"select * from segment_sets({W}, 63)"]),
        new("segment_value_facts(bigint, int)", [Built, $"select segment_value_facts({W}, 63)"]),
        new("segment_flag_facts(bigint, int)", [Built, $"select segment_flag_facts({W}, 63)"]),
        new("segment_day_facts(bigint, int)", [Built, $"select segment_day_facts({W}, 63)"]),
        new("segment_month(int)", ["select segment_month(20000)"]),
        new("segment_month_facts(bigint, int)", [Built, $"select segment_month_facts({W}, 63)"]),
        new("segment_facts(bigint, int)", [Built, $"select segment_facts({W}, 63)"]),
        new("segment_parts(int8multirange)", ["select segment_parts('{[1,100000)}')"]),
        new("write_segment_part(bigint, int, int8multirange)", [Built, $"select write_segment_part({W}, 63, '{{[1,2)}}')"]),
        new("write_segment_bits(bigint, int, int8multirange)", [Built, $"select write_segment_bits({W}, 63, '{{[1,2)}}')"]),
        new("extend_segment_months(bigint)", [Built, $"select extend_segment_months({W})"]),
        new("segment_sample(bigint, bigint[])", [$"select * from segment_sample({W}, '{{0}}')"]),
        new("choose_segment_facets(bigint, bigint[])", [$"select lock_segment_bits({W}), choose_segment_facets({W}, '{{0}}')"]),
        new("choose_segment_months(bigint, bigint[])",
            [Built, $"delete from segment_bit_values where workspace_id = {W} and kind in ('from', 'monthday')",
                $"select choose_segment_months({W}, '{{0}}')"]),
        new("lock_segment_bits(bigint)", [$"select lock_segment_bits({W})"]),
        new("build_segment_bits(bigint, bigint)", [Built]),
        new(
            "fold_segment_changes(bigint, int, bigint)", [$"select fold_segment_changes({W})"],
            $"select fold_segment_changes({W}, 0)", "LH006"),
        new("segment_fold_is_due(bigint, bigint)", [$"select segment_fold_is_due({W})"]),
        new("fold_import(bigint)", [Built, $"select fold_import({W})"]),
        new("workspaces_to_fold()", ["select * from workspaces_to_fold()"]),
        new("fold_next_segment_changes()", [$"select lock_segment_bits({W})", "select * from fold_next_segment_changes()"]),
        new("segment_bits_and(text, text)", ["select segment_bits_and('<1>', '<2>')"]),
        new("segment_bits_or(text, text)", ["select segment_bits_or('<1>', '<2>')"]),
        new("segment_bits_not(text)", ["select segment_bits_not('<1>')"]),
        new("segment_bits_of(bigint, text, text, jsonb)", [$"""select segment_bits_of({W}, 'status', 'value', '"active"')"""]),
        new("segment_bits_from(bigint, text, int)", [$"select segment_bits_from({W}, 'created_at', 20000)"]),
        new("segment_day_of(timestamptz, boolean)", ["select segment_day_of(now(), true)"]),
        new("segment_day_term(bigint, text, text, jsonb, boolean)",
            [$"""select segment_day_term({W}, 'created_at', 'before', '"2026-01-31"', true)"""]),
        new("segment_tag_term(bigint, text, jsonb, boolean, boolean)",
            [$"""select segment_tag_term({W}, 'contains', '"vip"', true, true)"""]),
        new("segment_value_term(bigint, text, jsonb, boolean, boolean)",
            [$$"""select segment_value_term({{W}}, 'status', '{"field":"status","operator":"equals","value":"active"}', true, true)"""]),
        new("segment_leaf_term(bigint, jsonb, boolean)", [Built, $"select segment_leaf_term({W}, {Vip}, true)"]),
        new("segment_term(bigint, jsonb, boolean)", [Built, $"select segment_term({W}, {Vip}, true)"]),
        new("segment_bits_are_within(text)", ["select segment_bits_are_within('(<1> & (~ <2>))')"]),
        new("segment_bits_query(bigint, text, text)", [Built, $"select segment_bits_query({W}, 'none', 'all')"]),
        new("segment_leads_of(bigint[], bit[])", ["select segment_leads_of(array[1], array[b'1'::bit(16384)])"]),
        new("segment_rows_are_cheap(bigint, jsonb, text)", [Built, $"select segment_rows_are_cheap({W}, {Vip}, compile_segment({Vip}))"]),
        new("count_by_bits(bigint, jsonb, text)", [Built, $"select count_by_bits({W}, {Vip}, compile_segment({Vip}))"]),
    ];
}
