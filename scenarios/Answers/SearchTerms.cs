using LoadHarness.Core.Measurement;
using LoadHarness.Seeding;

namespace LoadHarness.Scenarios.Answers;

/// <summary>What people of a workspace type into the search box, each with how many active leads it finds at least.</summary>
internal sealed class SearchTerms(SeedManifest seed, SeededWorkspace workspace, AskedTerms terms, SeededAnswers answers)
{
    // A lead that is not active is not found by default, so its address is not asked for.
    private const int MostTries = 100;

    /// <summary>A part of a name, a company or an address.</summary>
    public (string Term, Expectation Expected) Draw(Random random) => random.Next(3) switch
    {
        0 => Word(terms.Names, random),
        1 => Word(terms.Companies, random),
        _ => Address(random),
    };

    private (string, Expectation) Word(IReadOnlyList<string> words, Random random)
    {
        var term = words[random.Next(words.Count)];
        return (term, Expectation.PageOf(answers.Found(term)));
    }

    private (string, Expectation) Address(Random random)
    {
        var lead = workspace.DrawLeadId(random);
        for (var tries = 1; tries < MostTries && SeededLeads.StatusOf(seed.Seed, lead) != "active"; tries++)
            lead = workspace.DrawLeadId(random);
        var found = SeededLeads.StatusOf(seed.Seed, lead) == "active" ? 1 : 0;
        return (SeededLeads.EmailOf(seed.Seed, lead).Split('@')[0], new(found, Expectation.PageSize));
    }
}
