using LoadHarness.Core.Measurement;
using LoadHarness.Postgres.Seeding;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.Scenarios;

/// <summary>The rows of an import file: leads that would have signed up next, and some that the workspace already has.</summary>
/// <remarks>
/// What an imported row costs depends on its words: how many trigrams it has, and how far apart its entries lie in each index. So they are drawn as the seeded ones.
/// </remarks>
internal static class ImportRows
{
    /// <param name="first">The first lead of the file, beyond the seeded ones: files of other leads are other files, a file is the same whenever it is asked for.</param>
    public static IEnumerable<ImportRow> Of(SeedManifest seed, long first, int rows, int knownPercent)
    {
        var known = new Random((int)(first & int.MaxValue));
        foreach (var (index, row) in SeededLeads.FileOf(seed.Seed, seed.SeededAtMonth, first, rows).Index())
            yield return index % 100 < knownPercent ? row with { Email = SeededLeads.EmailOf(seed.Seed, known.NextInt64(1, seed.Contacts + 1)) } : row;
    }

    /// <summary>The different leads of a file. An address that stands twice is one: the known ones are drawn with replacement, the others are all different.</summary>
    public static (long Fresh, long Known) LeadsOf(SeedManifest seed, long first, int rows, int knownPercent)
    {
        var known = new Random((int)(first & int.MaxValue));
        var drawn = new HashSet<long>();
        long fresh = 0;
        for (var index = 0; index < rows; index++)
        {
            if (index % 100 < knownPercent) drawn.Add(known.NextInt64(1, seed.Contacts + 1));
            else fresh++;
        }

        return (fresh, drawn.Count);
    }
}
