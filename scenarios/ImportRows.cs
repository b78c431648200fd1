using LoadHarness.Core.Measurement;
using LoadHarness.Postgres.Workload;
using LoadHarness.Seeding;

namespace LoadHarness.Scenarios;

/// <summary>The rows of an import file: leads that would have signed up next, and some that the workspace already has.</summary>
/// <remarks>
/// What an imported row costs depends on its words: how many trigrams it has, and how far apart its entries lie in each index. So they are
/// drawn as the seeded ones.
/// </remarks>
public static class ImportRows
{
    /// <param name="workspace">That the known leads are of.</param>
    /// <param name="first">
    /// The first lead of the file, beyond the seeded ones: files of other leads are other files, a file is the same whenever it is asked
    /// for.
    /// </param>
    public static IEnumerable<ImportRow> Of(SeedManifest seed, ScenarioWorkspace workspace, long first, int rows, int knownPercent)
    {
        var known = new Random((int)(first & int.MaxValue));
        foreach (var (index, row) in SeededLeads.FileOf(seed.Seed, seed.SeededAtMonth, first, rows).Index())
            yield return index % 100 < knownPercent ? row with
            {
                Email = SeededLeads.EmailOf(seed.Seed, workspace.Seeded.DrawLeadId(known)),
            } : row;
    }

    /// <summary>
    /// The rows of a file by whether their lead is new. The known ones are drawn with replacement: each row is merged into its lead, and
    /// counts.
    /// </summary>
    public static (long Fresh, long Known) RowsOf(int rows, int knownPercent)
    {
        long known = Enumerable.Range(0, rows).Count(index => index % 100 < knownPercent);
        return (rows - known, known);
    }
}
