using LoadHarness.Core.Measurement;
using LoadHarness.Scenarios.Answers;
using LoadHarness.Seeding;

namespace LoadHarness.Scenarios;

/// <summary>The workspaces that requests go to. Each request draws its own, by the leads that a workspace holds.</summary>
public sealed class ScenarioWorkspaces
{
    /// <summary>
    /// Leads of which the answers are computed: so many in all by the workspaces' sizes, and so many again in equal parts. Under two
    /// seconds of work, once a run and before anything is measured.
    /// </summary>
    private const long Sampled = 40_000;

    private readonly SeededWorkspaces _seeded;

    public ScenarioWorkspaces(SeedManifest seed)
    {
        _seeded = SeededWorkspaces.Of(seed);
        var terms = new AskedTerms(SeededVocabulary.For(seed.Seed));
        All = [.. _seeded.All.AsParallel().AsOrdered().Select(workspace => new ScenarioWorkspace(
            seed, workspace, terms, Math.Max(Sampled / _seeded.All.Count, Sampled * workspace.Leads / seed.Contacts)))];
    }

    /// <summary>The largest first.</summary>
    public IReadOnlyList<ScenarioWorkspace> All { get; }

    public ScenarioWorkspace Largest => All[0];

    /// <summary>Depends on nothing but the iteration's own draws: the same seed goes to the same workspaces.</summary>
    public ScenarioWorkspace Draw(Random random) => All[DrawPlace(random)];

    /// <inheritdoc cref="Draw"/>
    /// <returns>Its place in <see cref="All"/>.</returns>
    public int DrawPlace(Random random) => _seeded.Draw(random);
}
