using LoadHarness.Core.Progress;
using LoadHarness.Core.Proving;

namespace LoadHarness.Comparing.Proving;

/// <summary>Makes the searches of claims, in rounds of both arms in turn: the first arm of a round is the second of the next.</summary>
/// <param name="precision">How near to each other the level that held and the one that broke have to come, as a factor.</param>
internal sealed class LoadSearches(double precision, ulong seed, IStageProgress progress)
{
    /// <summary>As few as have an interval: each takes some ten levels.</summary>
    private const int Rounds = 3;

    private const double SecondsOfAnHour = 3_600;

    /// <param name="press">The arms of a round. What a round writes may not be there in the next.</param>
    public async Task<SearchedLevels> RunAsync(
        ClaimContract contract, Func<CancellationToken, Task<PressedPair>> press, CancellationToken cancellationToken)
    {
        var (held, heldByC) = (new List<HeldLevel>(), new List<HeldLevel>());
        using var task = progress.Begin($"Highest level of {contract.Id}", Rounds, "rounds");
        for (var round = 0; round < Rounds; round++)
        {
            await using var pair = await press(cancellationToken);
            var (number, first) = ((ulong)round, round % 2 == 0);
            if (first) held.Add(await FindAsync(pair.Optimized, held, number));
            heldByC.Add(await FindAsync(pair.Careful, heldByC, number));
            if (!first) held.Add(await FindAsync(pair.Optimized, held, number));
            task.Advance(1);
        }

        return Worded(contract.Search!.Load, held, heldByC);

        async Task<HeldLevel> FindAsync(IPressedArm arm, List<HeldLevel> before, ulong number)
        {
            var tried = 0;
            var search = new LevelSearch(
                (level, stop) =>
                {
                    tried++;
                    return arm.BrokeAsync(level, seed + number, stop);
                }, RangeOf(arm), precision, arm.Step);
            var found = await search.FindAsync(arm.First, before.LastOrDefault(), cancellationToken);
            progress.Note(
                $"{contract.Id}, round {number + 1}, {arm.Name}: {found.Level:N0} after {tried} levels from {arm.First:N0}. "
                    + (found.Broke is { } broke ? $"Above it: {broke}." : ""));
            return found.End == SearchEnd.BelowLeast ? found : found with { Level = arm.Reached(found.Level) };
        }

        // Below one step nothing is offered, whatever the claim allows.
        ClaimSearch RangeOf(IPressedArm arm) => contract.Search! with { Least = Math.Max(contract.Search!.Least, arm.Step) };
    }

    /// <summary>Levels as a reader knows them: of imports, rows an hour.</summary>
    internal static SearchedLevels Worded(SearchedLoad load, IReadOnlyList<HeldLevel> held, IReadOnlyList<HeldLevel> heldByC) => load switch
    {
        SearchedLoad.Users => new("users, each with a request of the mix a second", "users", held, heldByC),
        SearchedLoad.Requests => new("requests of the mix a second", "/s", held, heldByC),
        _ => new("imported rows an hour, while lead queries keep their target", "rows/h", AnHour(held), AnHour(heldByC)),
    };

    private static List<HeldLevel> AnHour(IReadOnlyList<HeldLevel> levels) =>
        [.. levels.Select(level => level with { Level = level.Level * SecondsOfAnHour, BrokeAt = level.BrokeAt * SecondsOfAnHour })];
}

/// <summary>Both arms of a round.</summary>
/// <param name="End">What comes after the round; null for nothing.</param>
internal sealed record PressedPair(IPressedArm Optimized, IPressedArm Careful, Func<ValueTask>? End = null) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => End?.Invoke() ?? ValueTask.CompletedTask;
}

/// <summary>An arm whose highest level is looked for.</summary>
internal interface IPressedArm
{
    /// <summary>Optimized or C.</summary>
    string Name { get; }

    /// <summary>Where a first search begins.</summary>
    double First { get; }

    /// <summary>Levels are multiples of it: what lies in between would offer the same load. 0 for any level.</summary>
    double Step { get; }

    /// <returns>Null where the level held, else what broke or spoilt it.</returns>
    Task<LevelFault?> BrokeAsync(double level, ulong seed, CancellationToken cancellationToken);

    /// <summary>What the arm did at a level that held: what was offered, or less.</summary>
    double Reached(double level);
}
