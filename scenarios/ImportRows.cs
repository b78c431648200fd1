using LoadHarness.Core.Measurement;
using LoadHarness.Core.Statistics;
using LoadHarness.Postgres.Seeding;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.Scenarios;

/// <summary>The rows of a synthetic import file: new leads, and some that the workspace already has.</summary>
internal static class ImportRows
{
    /// <param name="file">Names the file: another name has other addresses, the same name has the same.</param>
    public static IEnumerable<ImportRow> Of(SeedManifest seed, string file, int rows, int knownPercent)
    {
        var words = SeededVocabulary.For(seed.Seed);
        var random = new Random((int)(StableHash.Of(file) >> 33));
        for (var row = 0; row < rows; row++)
        {
            var (first, last) = (Of(words.FirstNames, random), Of(words.LastNames, random));
            var email = row % 100 < knownPercent
                ? SeededLeads.EmailOf(seed.Seed, random.NextInt64(1, seed.Contacts + 1))
                : $"{file}.{row}@{Of(words.Domains, random)}";
            yield return new(
                email, $"{first} {last}", null, Of(words.Companies, random), Of(words.Positions, random), "import",
                ["newsletter", Of(words.Tags, random)], $$"""{"plan":"{{Of(words.Plans, random)}}","country":"{{Of(words.Countries, random)}}","score":{{random.Next(101)}}}""");
        }
    }

    private static string Of(IReadOnlyList<string> words, Random random) => words[random.Next(words.Count)];
}
