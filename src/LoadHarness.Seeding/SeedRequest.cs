using LoadHarness.Core.Measurement;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Seeding.Rows;

namespace LoadHarness.Seeding;

/// <summary>What to fill a database with. Equal requests make equal rows, whatever <see cref="Workers"/> is.</summary>
/// <param name="Contacts">Leads of the primary workspace, with fifty small workspaces on top; with a spread, of all workspaces.</param>
/// <param name="Workers">Connections that load at the same time.</param>
public sealed record SeedRequest(long Contacts, ulong Seed, int Workers)
{
    /// <summary>
    /// Of the code that makes rows: raised with each change of them, so that no database and no kept cluster passes for what it is not.
    /// </summary>
    public const int RowsVersion = 2;

    private const string RowsWords = "rows version ";

    private const string MonthFormat = "yyyy-MM";

    /// <summary>How far back kept rows are looked for: ten years.</summary>
    private const int MostMonthsBack = 120;

    public WorkspaceSpread Spread { get; init; } = WorkspaceSpread.One;

    /// <summary>Newest month that holds rows. The default is the last full month (UTC): no seeded row lies in the future.</summary>
    public DateOnly SeededAtMonth { get; init; } = SeedCalendar.LastFullMonth(DateTime.UtcNow);

    /// <summary>Empties a database that already holds leads instead of refusing it.</summary>
    public bool Replace { get; init; }

    /// <summary>Empties it also when the rows there are not the harness's own.</summary>
    public bool ReplaceForeignRows { get; init; }

    /// <summary>What has to find room besides the rows: nothing is seeded where it would not.</summary>
    public PlannedCopies Copies { get; init; } = PlannedCopies.None;

    /// <summary>What kind of server is filled. One of the harness is made anew with each start: nothing there is gone on with.</summary>
    public ServerKind Server { get; init; } = ServerKind.Given;

    /// <summary>Leads a transaction: what a killed load has to do again.</summary>
    public int LeadsPerChunk { get; init; } = 50_000;

    /// <summary>Everything the rows depend on, in words; equal for requests that make equal rows.</summary>
    /// <remarks>Databases keep it: <c>workspaces-of-others</c> in sql/program/seeding.sql reads the number of workspaces from it.</remarks>
    public string Identity => $"{Asked}, {Generator}";

    /// <summary>For people, that rows of another month stand in for those that were asked for; null where they are of the same.</summary>
    /// <param name="month">The newest one of the rows.</param>
    public string? Remark(DateOnly month) => month == SeededAtMonth
        ? null
        : $"The newest month of the rows is {Words(month)}; rows that are begun now end with {Words(SeededAtMonth)}.";

    /// <summary>
    /// This request with the newest month of which a cluster is kept; itself where none is. No option names the month: it follows from the
    /// day, and rows that were kept before the 1st are as good after it.
    /// </summary>
    public SeedRequest AsKept(int serverMajorVersion) => KeptMonths(serverMajorVersion).FirstOrDefault() ?? this;

    /// <summary>This request with each month of which a cluster is kept, the newest first.</summary>
    public IEnumerable<SeedRequest> KeptMonths(int serverMajorVersion) => Enumerable.Range(0, MostMonthsBack)
        .Select(back => this with { SeededAtMonth = SeededAtMonth.AddMonths(-back) })
        .Where(request => request.SnapshotFor(serverMajorVersion).Exists);

    /// <summary>What of the identity is the program's and not the request's.</summary>
    internal static string Generator { get; } = $"words of Bogus {BogusWords.Version}, {RowsWords}{RowsVersion}";

    /// <summary>Where a cluster with these rows in the optimized schema is kept.</summary>
    public ClusterSnapshot SnapshotFor(int serverMajorVersion) =>
        ClusterSnapshot.Of(
            $"{Contacts}{SpreadName}-{Seed}-{SeededAtMonth:yyyyMM}-bogus{BogusWords.Version}-rows{RowsVersion}", serverMajorVersion);

    /// <summary>
    /// This request with the month of a seeding that differs from what is asked for by its month alone; itself where it differs otherwise.
    /// </summary>
    /// <param name="identity">Of the seeding, whatever version of the program made it.</param>
    internal SeedRequest WithMonthOf(string identity)
    {
        var end = AskedBesideTheMonth.Length + MonthFormat.Length;
        return identity.Length >= end && identity.StartsWith(AskedBesideTheMonth, StringComparison.Ordinal)
            && DateOnly.TryParseExact($"{identity[AskedBesideTheMonth.Length..end]}-01", "yyyy-MM-dd", out var month)
                ? this with { SeededAtMonth = month }
                : this;
    }

    /// <returns>What made the rows of a database, in words; null where they are not those that are asked for, whatever made them.</returns>
    internal string? GeneratorOf(string identity)
    {
        if (identity != Asked && !identity.StartsWith($"{Asked}, ", StringComparison.Ordinal)) return null;
        // Identities did not name the first version.
        var generator = identity.Contains(RowsWords, StringComparison.Ordinal) ? identity : $"{identity}, {RowsWords}1";
        return generator[(Asked.Length + 2)..];
    }

    private string Asked => $"{AskedBesideTheMonth}{Words(SeededAtMonth)}";

    private string AskedBesideTheMonth => $"{Contacts} contacts{SpreadWords}, seed {Seed}, {SeedCalendar.Months} months to ";

    private string SpreadWords => Spread.IsOne() ? "" : $" {Spread.Words()}";

    private string SpreadName => Spread.IsOne() ? "" : $"x{Spread.Workspaces}z{Spread.Skew:0.##}";

    private static string Words(DateOnly month) => month.ToString(MonthFormat);
}
