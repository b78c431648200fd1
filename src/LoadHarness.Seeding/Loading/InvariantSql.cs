namespace LoadHarness.Seeding.Loading;

/// <summary>The queries behind <see cref="SeedInvariants"/>, of <c>sql/program/seeding_checks.sql</c>.</summary>
internal static class InvariantSql
{
    public static string OutsideWindow => ProgramSql.Of("times-outside-window");

    public static string WorkspacesWithTheirShare => ProgramSql.Of("workspaces-with-their-share");

    public static IReadOnlyList<(string Name, string Query)> NoRows =>
    [
        ("e-mail addresses are lower-case and hold one @", ProgramSql.Of("malformed-addresses")),
        ("e-mail addresses are unique in a workspace", ProgramSql.Of("repeated-addresses")),
        ("sends follow their campaign, and each step the one before", ProgramSql.Of("sends-out-of-order")),
        ("no activity precedes its lead", ProgramSql.Of("activities-before-their-lead")),
        ("no send goes to another address or workspace than its lead's", ProgramSql.Of("sends-elsewhere")),
        ("no lead gets a campaign twice", ProgramSql.Of("campaigns-sent-twice")),
    ];
}
