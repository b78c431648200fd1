namespace LoadHarness.IntegrationTests.Segments;

/// <summary>Texts that break out of careless quoting: every way of ending a quoted text, times every way of going on.</summary>
internal static class InjectionCorpus
{
    private static readonly string[] Endings =
        ["'", "''", "\"", "\\'", "\\", "')", "'))", "\"}'", "$$", "$q$", "%'", "_'", "E'\\''", "\u02bc'", "}'::jsonb", "]')", "'\n", "'/*",
            "U&'\\0027", "';"];

    private static readonly string[] Continuations =
        [
            " or true --", " or 1=1 --", " or workspace_id = 2 --", " union select * from leads --", "; drop table leads; --",
                "; set role lh_owner; --",
            " or exists (select from leads where workspace_id <> 1) --",
                " and 1 = cast((select email from leads where workspace_id = 2 limit 1) as int) --",
            " or pg_sleep(10) is null --", ") or (true",
        ];

    private static readonly string[] Others =
        ["", " ", "%", "_", "%%%", "\\\\", "{}", "{a,b}", "[]", "null", "$1", "$2", ":name", "@name", "%s", "%I", "%L", "%1$s", "\t",
        "\r\n", "\uFFFD", "1e999", "infinity", "now", "epoch", "2026-02-30", "9999999-01-01"];

    public static IReadOnlyList<string> Payloads { get; } =
        [.. Endings.SelectMany(ending => Continuations.Select(rest => "x" + ending + rest)), .. Others];
}
