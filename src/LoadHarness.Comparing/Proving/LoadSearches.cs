using LoadHarness.Core.Progress;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Targets;

namespace LoadHarness.Comparing.Proving;

/// <summary>Makes the searches of claims, in rounds of both arms in turn: the first arm of a round is the second of the next.</summary>
internal sealed class LoadSearches(
    ProofArm optimized, ProofArm careful, ProofPlan plan, IReadOnlyList<Target> targets, ulong seed, IStageProgress progress)
{
    /// <summary>As few as have an interval: each takes some ten levels.</summary>
    private const int Rounds = 3;

    private const double SecondsOfAnHour = 3_600;

    public async Task<SearchedLevels> RunAsync(ClaimContract contract, CancellationToken cancellationToken)
    {
        var search = contract.Search!;
        var mine = new LoadLevel(optimized, contract, targets, plan.Level);
        var theirs = new LoadLevel(careful, contract, targets, plan.Level);
        var (held, heldByC) = (new List<HeldLevel>(), new List<HeldLevel>());
        using var task = progress.Begin($"Highest level of {contract.Id}", Rounds, "rounds");
        for (var round = 0; round < Rounds; round++)
        {
            var (number, first) = ((ulong)round, round % 2 == 0);
            if (first) held.Add(await FindAsync(mine, held, number));
            heldByC.Add(await FindAsync(theirs, heldByC, number));
            if (!first) held.Add(await FindAsync(mine, held, number));
            task.Advance(1);
        }

        return search.Load switch
        {
            SearchedLoad.Users => new("users, each with a request of the mix a second", "users", held, heldByC),
            SearchedLoad.Requests => new("requests of the mix a second", "/s", held, heldByC),
            _ => new("imported rows an hour, while lead queries keep their target", "rows/h", AnHour(held), AnHour(heldByC)),
        };

        Task<HeldLevel> FindAsync(LoadLevel load, List<HeldLevel> before, ulong number) => new LevelSearch(
                (level, stop) => load.BrokeAsync(level, seed + number, stop), search, plan.LevelPrecision,
                    search.Load == SearchedLoad.Users)
            .FindAsync(search.First, before.LastOrDefault(), cancellationToken);
    }

    private static List<HeldLevel> AnHour(List<HeldLevel> levels) =>
        [.. levels.Select(level => level with { Level = level.Level * SecondsOfAnHour, BrokeAt = level.BrokeAt * SecondsOfAnHour })];
}
