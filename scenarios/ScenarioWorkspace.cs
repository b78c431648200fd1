using LoadHarness.Core.Measurement;
using LoadHarness.Scenarios.Answers;
using LoadHarness.Seeding;

namespace LoadHarness.Scenarios;

/// <summary>One workspace as a request meets it: what can be asked there, and what it should find.</summary>
public sealed class ScenarioWorkspace
{
    private readonly SeededWorkspace _seeded;

    internal ScenarioWorkspace(SeedManifest seed, SeededWorkspace seeded, AskedTerms terms, long sampled)
    {
        _seeded = seeded;
        Answers = new(seed, seeded, terms.All, sampled);
    }

    public long Id => _seeded.Id;

    public SeededWorkspace Seeded => _seeded;

    public SeededAnswers Answers { get; }
}
