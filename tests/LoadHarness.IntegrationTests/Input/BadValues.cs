namespace LoadHarness.IntegrationTests.Input;

/// <summary>
/// What a careless or hostile caller hands in, by the parameter's type: SQL expressions, so that ten megabytes are made in the server.
/// </summary>
internal static class BadValues
{
    public static readonly string[] OrdinaryTexts =
        ["' '", "'nope'", "'1.1.1'", "'-1.'", "'99999999999999999999.1'", "'; drop table leads; --'", "'%'", "E'\\x01\\n'"];

    private const string TenMegabytes = "repeat('x', 10000000)";

    // Longer than an index entry may be, also when it is compressed.
    private const string Incompressible = "(select string_agg(md5(i::text), '') from generate_series(1, 2000) i)";

    private static readonly Dictionary<string, string[]> ByType = new()
    {
        ["bigint"] = ["null", "0", "-1", "9223372036854775807", "-9223372036854775808"],
        ["integer"] = ["null", "0", "-1", "2147483647", "-2147483648"],
        ["boolean"] = ["null"],
        ["text"] = ["null", "''", .. OrdinaryTexts, TenMegabytes],
        ["interval"] = ["null", "'-1 day'", "'178000000 years'", "'-178000000 years'"],
        ["timestamp with time zone"] = ["null", "'infinity'", "'-infinity'", "'4714-11-24 00:00:00+00 BC'", "'294276-12-31 23:59:59+00'"],
        ["tstzrange"] = ["null", "'empty'", "'(,)'", "'[2001-01-01,2001-01-02)'", "'[-infinity,infinity]'"],
        ["text[]"] =
        [
            "null", "'{}'", "'{null}'", "'{\"\"}'", "'{{a},{b}}'", $"array[{TenMegabytes}]",
                "array(select 't' || i from generate_series(1, 200000) i)",
        ],
        ["bigint[]"] = ["null", "'{}'", "'{null}'", "'{-1}'", "'{{1},{2}}'", "'{9223372036854775807}'",
            "array(select i from generate_series(1, 300000) i)"],
        ["jsonb"] =
        [
            "null", "'null'", "'7'", "'\"text\"'", "'true'", "'[]'", "'{}'", "'[null]'", "'[[]]'", "'[{}]'", "'[7, \"x\"]'",
                "'{\"and\": []}'",
            "'{\"nope\": 1}'", "'[{\"nope\": 1}]'", "'{\"field\": \"nope\", \"operator\": \"equals\", \"value\": 1}'",
            "'{\"field\": \"name\", \"operator\": \"nope\", \"value\": 1}'", "'[1e1000]'",
                "'{\"field\": \"custom.n\", \"operator\": \"greater_than\", \"value\": 1e1000}'",
            $"jsonb_build_array({TenMegabytes})", $"jsonb_build_object('field', 'name', 'operator', 'equals', 'value', {TenMegabytes})",
            $"jsonb_build_array(jsonb_build_object('id', 1, 'event', 'opened', 'occurred_at', {TenMegabytes}))",
            $"jsonb_build_array(jsonb_build_object('email', 'a@x.io', 'company', {TenMegabytes}))",
            $"jsonb_build_array(jsonb_build_object('email', 'a@x.io', 'tags', jsonb_build_array({Incompressible})))",
            $"jsonb_build_array(jsonb_build_object('email', 'a@x.io', 'source', {Incompressible}))",
            $"jsonb_build_array(jsonb_build_object('email', 'a@x.io', 'custom_fields', jsonb_build_object('k', {Incompressible})))",
            "(select jsonb_agg(i) from generate_series(1, 200000) i)",
            "repeat('[', 4000) || repeat(']', 4000)", "repeat('{\"not\":', 4000) || '1' || repeat('}', 4000)",
            "'[{\"email\":\"a@x.io\",\"custom_fields\":' || repeat('{\"a\":', 3000) || '1' || repeat('}', 3000) || '}]'",
        ],
    };

    private static readonly string[] Json =
    [
        "'{'", "'{\"a\":}'", "'[1,]'", "'\"\\u0000\"'", "'\\'", "repeat('[', 200000) || repeat(']', 200000)",
            "repeat('{\"not\":', 200000) || '1' || repeat('}', 200000)",
        "'\"' || repeat('x', 10000000)",
    ];

    /// <summary>The values to try on a parameter.</summary>
    public static IEnumerable<string> For(RoutineParameter parameter) =>
        ByType.TryGetValue(parameter.Type, out var values)
            ? parameter.Name == "p_json" ? values.Concat(Json) : values
            : throw new KeyNotFoundException(
                $"{parameter.Name} has the type {parameter.Type}, for which no bad values are known: add some.");
}
