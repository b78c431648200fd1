using LoadHarness.Core.Measurement;
using LoadHarness.Postgres.Seeding;

namespace LoadHarness.Scenarios;

/// <summary>Arguments drawn from what was seeded: every request asks for something that is there, spread over the whole table.</summary>
public sealed class Draws(SeedManifest seed)
{
    /// <summary>Few tags and names are asked for often, as on a real day; the rarest asked for is rank 50.</summary>
    private const int AskedFor = 50;

    private readonly SeededVocabulary _words = SeededVocabulary.For(seed.Seed);

    public long LeadId(Random random) => random.NextInt64(1, seed.Contacts + 1);

    public string Email(Random random) => SeededLeads.EmailOf(seed.Seed, LeadId(random));

    public string Status(Random random) => Of(_words.Statuses, random);

    public string Tag(Random random) => Of(_words.Tags, random);

    public string Plan(Random random) => Of(_words.Plans, random);

    public string Country(Random random) => Of(_words.Countries, random);

    /// <summary>What a person types into the search box: a part of a name, a company or an address.</summary>
    public string SearchTerm(Random random) => random.Next(3) switch
    {
        0 => Of(_words.LastNames, random).ToLowerInvariant(),
        1 => Of(_words.Companies, random).Split(' ', ',')[0].ToLowerInvariant(),
        _ => Email(random).Split('@')[0],
    };

    private static string Of(IReadOnlyList<string> words, Random random) => words[random.Next(Math.Min(AskedFor, words.Count))];
}
