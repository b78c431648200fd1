using LoadHarness.Postgres.Workload;
using LoadHarness.Scenarios.Answers;
using LoadHarness.Seeding;
using LoadHarness.Workloads.Parameters;

namespace LoadHarness.Scenarios;

/// <summary>
/// What was seeded, as rows that the reads draw from: every request asks for something that is there, spread over all leads of a
/// workspace, and knows what it should find. All of it is computed from the seed.
/// </summary>
internal sealed class SeededRows(ScenarioEnvironment environment)
{
    /// <summary>Few tags and names are asked for often, as on a real day; the rarest asked for is rank 50.</summary>
    internal const int AskedFor = 50;

    // A lead that is not active is not found by default, so its address is not asked for.
    private const int MostTries = 100;

    /// <summary>Words of a kind, at most: a draw is a workspace's place times so many, and the word's place.</summary>
    private const long Room = 1_000;

    private readonly ulong _seed = environment.Seed.Seed;
    private readonly SeededVocabulary _words = SeededVocabulary.For(environment.Seed.Seed);
    private readonly AskedTerms _terms = new(SeededVocabulary.For(environment.Seed.Seed));

    public static IReadOnlyDictionary<string, ComputedRows> Of(ScenarioEnvironment environment)
    {
        var rows = new SeededRows(environment);
        return new Dictionary<string, ComputedRows>
        {
            ["workspaces"] = rows.Workspaces(),
            ["leads"] = rows.Leads(),
            ["statuses"] = rows.Words("status", rows._words.Statuses, (answers, status) => answers.InStatus(status)),
            ["tags"] = rows.Words("tag", rows._words.Tags, (answers, tag) => answers.Tagged(tag)),
            ["plans"] = rows.Plans(),
            ["terms"] = rows.Terms(),
            ["segments"] = rows.Segments(),
        };
    }

    private ComputedRows Workspaces() => new(
        (random, _, _) => environment.Workspaces.DrawPlace(random),
        [
            new("workspace_id", place => At(place).Id),
            new("leads", place => At(place).Seeded.Leads),
            new("active", place => At(place).Answers.Active),
        ]);

    private ComputedRows Leads() => new(
        (random, workspace, _) => At(workspace).Seeded.DrawLeadId(random),
        [new("id", lead => lead), new("email", lead => SeededLeads.EmailOf(_seed, lead))]);

    private ComputedRows Words(string column, IReadOnlyList<string> words, Func<SeededAnswers, string, long> leads) => new(
        (random, workspace, _) => (workspace * Room) + Asked(words, random),
        [
            new(column, drawn => words[(int)(drawn % Room)]),
            new("leads", drawn => leads(At(drawn / Room).Answers, words[(int)(drawn % Room)])),
        ]);

    private ComputedRows Plans()
    {
        return new(
            (random, workspace, _) => (((workspace * Room) + Asked(_words.Plans, random)) * Room) + Asked(_words.Countries, random),
            [
                new("plan", Plan),
                new("country", Country),
                new("leads", drawn => At(drawn / (Room * Room)).Answers.OnPlan(Plan(drawn), Country(drawn))),
            ]);

        string Plan(long drawn) => _words.Plans[(int)(drawn / Room % Room)];

        string Country(long drawn) => _words.Countries[(int)(drawn % Room)];
    }

    /// <summary>What a person types into the search box: a part of a name, of a company, or of the address of a lead (below 0).</summary>
    private ComputedRows Terms()
    {
        return new(
            (random, workspace, _) => random.Next(3) switch
            {
                0 => (workspace * 2 * Room) + random.Next(_terms.Names.Count),
                1 => (((workspace * 2) + 1) * Room) + random.Next(_terms.Companies.Count),
                _ => -Active(At(workspace), random),
            },
            [
                new("term", Term),
                new("found", drawn => drawn >= 0 ? At(drawn / (2 * Room)).Answers.Found(Term(drawn)) : IsActive(-drawn) ? 1 : 0L),
            ]);

        string Term(long drawn) => drawn < 0 ? SeededLeads.EmailOf(_seed, -drawn).Split('@')[0]
            : (drawn / Room % 2 == 0 ? _terms.Names : _terms.Companies)[(int)(drawn % Room)];
    }

    /// <summary>One after the other, in each workspace.</summary>
    private ComputedRows Segments()
    {
        return new(
            (_, workspace, invocation) => (workspace * Room) + (invocation % SegmentCorpus.Conditions.Count),
            [
                new("conditions", drawn => SegmentCorpus.Conditions[Place(drawn)]),
                new("leads", drawn => At(drawn / Room).Answers.InSegment(Place(drawn))),
                new("least", drawn => Count(drawn).Least),
                new("most", drawn => Count(drawn).Most),
            ]);

        static int Place(long drawn) => (int)(drawn % Room);

        (long Least, long Most) Count(long drawn) => At(drawn / Room).Answers.CountOf(Place(drawn), environment.NewLeads);
    }

    private long Active(ScenarioWorkspace workspace, Random random)
    {
        var lead = workspace.Seeded.DrawLeadId(random);
        for (var tries = 1; tries < MostTries && !IsActive(lead); tries++) lead = workspace.Seeded.DrawLeadId(random);
        return lead;
    }

    private bool IsActive(long lead) => SeededLeads.StatusOf(_seed, lead) == "active";

    private ScenarioWorkspace At(long place) => environment.Workspaces.All[(int)place];

    private static int Asked(IReadOnlyList<string> words, Random random) => random.Next(Math.Min(AskedFor, words.Count));
}
