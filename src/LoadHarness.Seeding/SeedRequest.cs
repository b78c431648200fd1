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

    public WorkspaceSpread Spread { get; init; } = WorkspaceSpread.One;

    /// <summary>Newest month that holds rows. The default is the last full month (UTC): no seeded row lies in the future.</summary>
    public DateOnly SeededAtMonth { get; init; } = SeedCalendar.LastFullMonth(DateTime.UtcNow);

    /// <summary>Empties a database that already holds leads instead of refusing it.</summary>
    public bool Replace { get; init; }

    /// <summary>Empties it also when the rows there are not the harness's own.</summary>
    public bool ReplaceForeignRows { get; init; }

    /// <summary>What has to find room besides the rows: nothing is seeded where it would not.</summary>
    public PlannedCopies Copies { get; init; } = PlannedCopies.None;

    /// <summary>Leads a transaction: what a killed load has to do again.</summary>
    public int LeadsPerChunk { get; init; } = 50_000;

    /// <summary>Everything the rows depend on, in words; equal for requests that make equal rows.</summary>
    /// <remarks>Databases keep it: <c>workspaces-of-others</c> in sql/program/seeding.sql reads the number of workspaces from it.</remarks>
    public string Identity => $"{Asked}, {Generator}";

    /// <summary>What of the identity is the program's and not the request's.</summary>
    internal static string Generator { get; } = $"words of Bogus {BogusWords.Version}, {RowsWords}{RowsVersion}";

    /// <summary>Where a cluster with these rows in the optimized schema is kept.</summary>
    public ClusterSnapshot SnapshotFor(int serverMajorVersion) =>
        ClusterSnapshot.Of(
            $"{Contacts}{SpreadName}-{Seed}-{SeededAtMonth:yyyyMM}-bogus{BogusWords.Version}-rows{RowsVersion}", serverMajorVersion);

    /// <returns>What made the rows of a database, in words; null where they are not those that are asked for, whatever made them.</returns>
    internal string? GeneratorOf(string identity)
    {
        if (identity != Asked && !identity.StartsWith($"{Asked}, ", StringComparison.Ordinal)) return null;
        // Identities did not name the first version.
        var generator = identity.Contains(RowsWords, StringComparison.Ordinal) ? identity : $"{identity}, {RowsWords}1";
        return generator[(Asked.Length + 2)..];
    }

    private string Asked => $"{Contacts} contacts{SpreadWords}, seed {Seed}, {SeedCalendar.Months} months to {SeededAtMonth:yyyy-MM}";

    private string SpreadWords => Spread.IsOne() ? "" : $" {Spread.Words()}";

    private string SpreadName => Spread.IsOne() ? "" : $"x{Spread.Workspaces}z{Spread.Skew:0.##}";
}
