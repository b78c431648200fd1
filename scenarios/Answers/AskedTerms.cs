using LoadHarness.Seeding;

namespace LoadHarness.Scenarios.Answers;

/// <summary>Parts of names and companies that people type into the search box, the most frequent ones.</summary>
internal sealed class AskedTerms(SeededVocabulary words)
{
    public IReadOnlyList<string> Names { get; } =
        [.. words.LastNames.Take(SeededRows.AskedFor).Select(name => name.ToLowerInvariant())];

    public IReadOnlyList<string> Companies { get; } =
        [.. words.Companies.Take(SeededRows.AskedFor).Select(company => company.Split(' ', ',')[0].ToLowerInvariant())];

    public IEnumerable<string> All => Names.Concat(Companies).Distinct(StringComparer.Ordinal);
}
