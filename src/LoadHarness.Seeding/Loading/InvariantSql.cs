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

    public static IReadOnlyList<(string Name, double Low, double High, string Query)> Shares =>
    [
        ("share of active leads", 0.86, 0.90, ProgramSql.Of("share-of-active-leads")),
        ("sends a lead", 1.3, 1.7, ProgramSql.Of("sends-per-lead")),
        ("activities a lead", 1.8, 2.3, ProgramSql.Of("activities-per-lead")),
        ("share of opened or clicked among sends", 0.28, 0.48, ProgramSql.Of("share-of-opened-sends")),
        ("share of leads with a non-ASCII name", 0.05, 0.5, ProgramSql.Of("share-of-foreign-names")),
    ];
}
