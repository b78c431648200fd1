using LoadHarness.Core.Measurement;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Comparing.Runs;

/// <summary>Two recorded runs side by side. It shows less than arms that are loaded in turns, and says so.</summary>
/// <param name="FaultsOfA">Why the figures of A must not be trusted; likewise of B.</param>
/// <param name="Verdicts">Targets that one run met and the other did not, and the like; those missed in B first.</param>
/// <param name="Differences">What else than the code differs between the two, in words: it may be the cause of any change below.</param>
/// <param name="Operations">Times of every operation, and rates where users wait for their responses; those of both runs.</param>
/// <param name="Statements">Time, blocks and WAL of a call.</param>
/// <param name="Sizes">Bytes of relations and indexes after the scenarios.</param>
public sealed record RunComparison(
    string A,
    string B,
    IReadOnlyList<RunFault> FaultsOfA,
    IReadOnlyList<RunFault> FaultsOfB,
    IReadOnlyList<VerdictChange> Verdicts,
    IReadOnlyList<string> Differences,
    IReadOnlyList<RunChange> Targets,
    IReadOnlyList<RunChange> Operations,
    IReadOnlyList<RunChange> Statements,
    IReadOnlyList<RunPlan> Plans,
    IReadOnlyList<RunChange> Sizes)
{
    private const int MostNamed = 3;

    public static RunComparison Of(RunResult a, RunResult b) => new(
        a.Identity.Id,
        b.Identity.Id,
        RunFault.Of(a),
        RunFault.Of(b),
        VerdictChange.Of(a, b),
        [.. BaselineFit.Circumstances(a, b)],
        TargetChanges.Of(a, b),
        OperationChanges.Of(a, b),
        StatementChanges.Of(a, b),
        RunPlan.Of(a, b),
        SizeChanges.Of(a, b));

    public IReadOnlyList<RunChange> Worse => [.. Operations.Where(change => change.IsWorse)];

    public IReadOnlyList<RunChange> Better => [.. Operations.Where(change => change.IsBetter)];

    /// <summary>Those with an interval: only they can show a difference.</summary>
    public int Compared => Operations.Count(change => change.Interval is not null && change.Ratio is not null);

    /// <summary>"2 worse, 1 better, 31 without a difference shown, 1 not compared". Of the last, requests failed in A already.</summary>
    public string Tally =>
        $"{Worse.Count} worse, {Better.Count} better, "
            + $"{Operations.Count(change => change.Difference == Difference.Inconclusive)} without a difference shown"
            + $"{(NotCompared > 0 ? $", {NotCompared} not compared" : "")}";

    private int NotCompared => Operations.Count(change => change is { Incomparable: not null, IsWorse: false });

    /// <summary>"1 verdict changed (ER-4 met in A, missed in B)"; null where none did.</summary>
    /// <param name="a">What the run A is called; likewise B.</param>
    public string? VerdictTally(string a = "A", string b = "B")
    {
        if (Verdicts.Count == 0) return null;
        var (named, more) = (Verdicts.Take(MostNamed).Select(change => change.Sentence(a, b)), Verdicts.Count - MostNamed);
        return $"{Format.Counted(Verdicts.Count, "verdict")} changed "
            + $"({string.Join("; ", named)}{(more > 0 ? $"; and {Format.Count(more)} more" : "")})";
    }

    /// <summary>"B is invalid: The hypervisor took 12% of the CPU."</summary>
    /// <param name="a">What the run A is called; likewise B.</param>
    public IEnumerable<string> Faults(string a = "A", string b = "B") =>
        FaultsOfA.Select(fault => fault.Sentence(a)).Concat(FaultsOfB.Select(fault => fault.Sentence(b)));

    /// <summary>Of so many intervals of 95%, one in twenty misses the truth.</summary>
    public int ByChance => (int)Math.Round(Compared / 20.0);
}
