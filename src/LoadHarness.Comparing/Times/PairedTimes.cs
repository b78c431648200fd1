using LoadHarness.Comparing.Arms;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Words;

namespace LoadHarness.Comparing.Times;

/// <summary>
/// Compares times: rounds of pairs over all scenarios that are not decided yet, each pair of short turns. After each look the arms are
/// copied anew, in the other order, so that neither a place on the disk nor what writing leaves behind stays with one of them. Alarms
/// are confirmed by new pairs.
/// </summary>
internal sealed class PairedTimes(
    ArmPair<ArmServer> arms, ComparisonPlan plan, ulong seed, StageTimes stages, IStageProgress progress)
{
    private readonly SequentialTest _test = new(plan.Metrics);

    /// <summary>What all slots so far saw.</summary>
    public LockWaits LockWaits { get; private set; } = new(0, 0, 0, 0);

    /// <summary>
    /// Metrics that one arm alone had, or whose calls failed, and scenarios without any, each a sentence: not compared, and no pass.
    /// </summary>
    public IReadOnlyList<string> OneSided { get; private set; } = [];

    public async Task<IReadOnlyList<ComparedTime>> RunAsync(CancellationToken cancellationToken)
    {
        var open = plan.Scenarios.Select(name => new ScenarioPairs(name)).ToList();
        var all = open.ToList();
        var decided = new DecidedTimes(_test);
        foreach (var look in SequentialTest.Looks)
        {
            if (look > SequentialTest.Looks[0]) await CopyAnewAsync($"before {look} pairs", cancellationToken);
            await stages.MeasureAsync($"Pairs up to {look}", () => PairsAsync(open, look, cancellationToken), Measured);
            open = decided.Look(open);
            var counts = decided.Times.GroupBy(time => time.Difference).Select(group => $"{group.Count()} {Word(group.Key)}");
            progress.Note($"After {look} pairs: {string.Join(", ", counts)}.");
            // An alarm that new pairs refute is none: the looks go on.
            if (plan.EndsAtFirstAlarm) decided.Judged(await ConfirmedAsync([.. decided.Times], cancellationToken));
            if (open.Count == 0 || (plan.EndsAtFirstAlarm && decided.HasConfirmedAlarm)) break;
        }

        OneSided = [.. all.SelectMany(scenario => scenario.NotCompared(decided.Metrics))];
        IReadOnlyList<ComparedTime> times = [.. decided.Times, .. Shift(all)];
        var judged = await ConfirmedAsync(times, cancellationToken);
        progress.Note(LockWaits.Sentence());
        return judged;

        string Measured(int takenAgain) =>
            $"{Format.Counted(open.Count, "scenario")}{(takenAgain > 0 ? $", {Format.Counted(takenAgain, "pair")} taken again" : "")}";
    }

    private IEnumerable<ComparedTime> Shift(List<ScenarioPairs> scenarios)
    {
        var pairs = SequentialTest.Looks.Where(look => scenarios.All(scenario => scenario.Count >= look)).DefaultIfEmpty(0).Max();
        if (WholeShift.LogRatios(scenarios, pairs) is not { } ratios) yield break;
        var look = _test.Look(ratios);
        // Its pairs end with the first decided scenario: no decision by then says only that there is none.
        var difference = look.Difference == Difference.Open ? Difference.Same : look.Difference;
        yield return new(ArmComparison.Whole, "median shift", 1, look.Estimate.Ratio, look.Estimate.Ratio,
            look.Estimate.RatioInterval(_test.Confidence), pairs, difference, null);
    }

    /// <returns>How many pairs were taken again.</returns>
    private async Task<int> PairsAsync(List<ScenarioPairs> scenarios, int until, CancellationToken cancellationToken)
    {
        await using var a = await LoadedArm.OpenAsync(arms.A, plan, cancellationToken);
        await using var b = await LoadedArm.OpenAsync(arms.B, plan, cancellationToken);
        foreach (var arm in (LoadedArm[])[a, b])
            foreach (var scenario in scenarios)
                await arm.WarmAsync(scenario.Scenario, seed, cancellationToken);
        var fresh = scenarios.Select(scenario => new FreshPairs(scenario, until - scenario.Count)).ToList();
        using var task = progress.Begin($"Pairs up to {until}", fresh.Sum(pairs => pairs.Missing), "pairs");
        while (fresh.Where(pairs => pairs.Missing > 0).ToList() is { Count: > 0 } missing)
        {
            foreach (var pairs in missing)
            {
                await PairAsync(a, b, pairs, cancellationToken);
                if (pairs.TakenAgain == 0) task.Advance(1);
            }
        }

        foreach (var pairs in fresh.Where(pairs => pairs.TakenAgain > 0))
            progress.Note(
                $"{pairs.Scenario}: {Format.Counted(pairs.TakenAgain, "pair")} taken again, as the machine stood still on both arms.");
        var before = LockWaits;
        LockWaits = new(
            before.LooksA + a.Waits.Looks, before.WaitingA + a.Waits.Waiting, before.LooksB + b.Waits.Looks,
                before.WaitingB + b.Waits.Waiting);
        return fresh.Sum(pairs => pairs.TakenAgain);
    }

    // Short turns, A B, B A, ..., until both slots are full.
    private async Task PairAsync(LoadedArm a, LoadedArm b, FreshPairs pairs, CancellationToken cancellationToken)
    {
        var (slotA, slotB) = (a.NewSlot(pairs.Scenario), b.NewSlot(pairs.Scenario));
        (Func<ulong, Task> onA, Func<ulong, Task> onB) = (
            draw => a.TurnAsync(slotA, plan.Turn, draw, cancellationToken), draw => b.TurnAsync(slotB, plan.Turn, draw, cancellationToken));
        for (var turn = 0; turn < plan.Turns && slotA.Loaded + slotB.Loaded < 2 * plan.Slot; turn++)
        {
            // Both arms draw the same operations and arguments in a turn, and others in the next.
            var draw = seed + (ulong)((pairs.Number * plan.Turns) + turn);
            var (first, second) = (pairs.Number + turn) % 2 == 0 ? (onA, onB) : (onB, onA);
            await first(draw);
            await second(draw);
        }

        pairs.Add(slotA, slotB);
    }

    private async Task<IReadOnlyList<ComparedTime>> ConfirmedAsync(IReadOnlyList<ComparedTime> times, CancellationToken cancellationToken)
    {
        var alarms = Confirmation.Alarms(times);
        if (alarms.Count == 0) return times;
        progress.Note($"{alarms.Count} differences are confirmed by new pairs on newly copied clones.");
        await CopyAnewAsync("before the confirmation", cancellationToken);
        var again = new List<ScenarioPairs>();
        foreach (var (name, pairs) in Confirmation.PairsOf(alarms, plan.Scenarios))
        {
            var scenario = new ScenarioPairs(name);
            again.Add(scenario);
            await stages.MeasureAsync(
                "Confirmation", () => PairsAsync([scenario], pairs, cancellationToken), _ => $"{pairs} pairs of {name}");
        }

        return Confirmation.Judged(times, again, _test);
    }

    private Task CopyAnewAsync(string when, CancellationToken cancellationToken) =>
        stages.MeasureAsync("New copies", () => arms.CopyAnewAsync(cancellationToken), () => when);

    private static string Word(Difference difference) => difference.ToString().ToLowerInvariant();
}
