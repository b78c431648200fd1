using LoadHarness.Core.Measurement;
using LoadHarness.Scenarios.Answers;
using LoadHarness.Seeding;

namespace LoadHarness.Scenarios;

/// <summary>
/// Arguments drawn from what was seeded in a workspace: every request asks for something that is there, spread over all its leads.
/// </summary>
public sealed class SampleArguments
{
    /// <summary>Few tags and names are asked for often, as on a real day; the rarest asked for is rank 50.</summary>
    internal const int AskedFor = 50;

    private readonly SeedManifest _seed;
    private readonly SeededWorkspace _workspace;
    private readonly SeededVocabulary _words;
    private readonly SearchTerms _terms;

    internal SampleArguments(SeedManifest seed, SeededWorkspace workspace, AskedTerms terms, SeededAnswers answers) =>
        (_seed, _workspace, _words, _terms) =
            (seed, workspace, SeededVocabulary.For(seed.Seed), new(seed, workspace, terms, answers));

    public long LeadId(Random random) => _workspace.DrawLeadId(random);

    public string Email(Random random) => SeededLeads.EmailOf(_seed.Seed, LeadId(random));

    public string Status(Random random) => Of(_words.Statuses, random);

    public string Tag(Random random) => Of(_words.Tags, random);

    public string Plan(Random random) => Of(_words.Plans, random);

    public string Country(Random random) => Of(_words.Countries, random);

    /// <summary>What a person types into the search box, and what it should find.</summary>
    public (string Term, Expectation Expected) SearchTerm(Random random) => _terms.Draw(random);

    private static string Of(IReadOnlyList<string> words, Random random) => words[random.Next(Math.Min(AskedFor, words.Count))];
}
