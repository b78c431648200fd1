using LoadHarness.Core.Verdicts;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Comparing;

/// <summary>
/// What a comparison of two arms comes to: <c>compare</c> judges only whether it could be decided, <c>gate</c> the operations too.
/// </summary>
internal static class ArmVerdicts
{
    private const int MostNamed = 5;

    /// <param name="gate">Null for a comparison.</param>
    public static IReadOnlyList<Verdict> Of(ArmComparison arms, GateContext? gate)
    {
        if (gate is null) return [Decided(GateDecision.Of(arms, []))];
        var decision = GateDecision.Of(arms, gate);
        return [.. Worse(decision, gate), Decided(decision)];
    }

    private static IEnumerable<Verdict> Worse(GateDecision decision, GateContext gate) => decision.Regressions.Count == 0
        ? [Verdict.Looked("WORSE", "No operation got worse", true, $"compared with {gate.Against}")]
        : decision.Regressions.Select(alert => Verdict.Looked(
            alert.Operation, "no worse than at the pin", false,
            decision.Causes.FirstOrDefault(cause => cause.StartsWith($"{alert.Operation}:", StringComparison.Ordinal))
                ?? GateText.Of(alert)));

    private static Verdict Decided(GateDecision decision)
    {
        const string title = "Every figure is decided";
        if (decision.Open.Count == 0) return Verdict.Looked("DECIDED", title, true, "worse, better, or the same within its margin");
        var more = decision.Open.Count - MostNamed;
        return Verdict.Undecided("DECIDED", title,
            $"{Format.Counted(decision.Open.Count, "figure")} not: "
                + $"{string.Join("; ", decision.Open.Take(MostNamed))}{(more > 0 ? $"; and {more} more" : "")}");
    }
}
