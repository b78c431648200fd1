using LoadHarness.Core.Measurement;
using LoadHarness.Seeding;

namespace LoadHarness.Scenarios.Answers;

/// <summary>What people type into the search box, each with how many active leads it finds at least.</summary>
public sealed class SearchTerms
{
    // A lead that is not active is not found by default, so its address is not asked for.
    private const int MostTries = 100;

    private readonly SeedManifest _seed;
    private readonly IReadOnlyList<(string Term, Expectation Expected)> _names;
    private readonly IReadOnlyList<(string Term, Expectation Expected)> _companies;

    public SearchTerms(SeedManifest seed, SeededAnswers answers, int asked)
    {
        var words = SeededVocabulary.For(seed.Seed);
        _seed = seed;
        _names = [.. words.LastNames.Take(asked).Select(name => Expected(name.ToLowerInvariant()))];
        _companies = [.. words.Companies.Take(asked).Select(company => Expected(company.Split(' ', ',')[0].ToLowerInvariant()))];

        (string, Expectation) Expected(string term) => (term, Expectation.PageOf(answers.Found(term)));
    }

    /// <summary>A part of a name, a company or an address.</summary>
    public (string Term, Expectation Expected) Draw(Random random) => random.Next(3) switch
    {
        0 => _names[random.Next(_names.Count)],
        1 => _companies[random.Next(_companies.Count)],
        _ => Address(random),
    };

    private (string, Expectation) Address(Random random)
    {
        var lead = random.NextInt64(1, _seed.Contacts + 1);
        for (var tries = 1; tries < MostTries && SeededLeads.StatusOf(_seed.Seed, lead) != "active"; tries++)
            lead = random.NextInt64(1, _seed.Contacts + 1);
        var found = SeededLeads.StatusOf(_seed.Seed, lead) == "active" ? 1 : 0;
        return (SeededLeads.EmailOf(_seed.Seed, lead).Split('@')[0], new(found, Expectation.PageSize));
    }
}
