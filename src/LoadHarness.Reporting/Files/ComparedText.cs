using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Proving;

namespace LoadHarness.Reporting.Files;

/// <summary>What a comparing verb found, in full, as chapters below the headline of summary.md.</summary>
internal static class ComparedText
{
    public static IEnumerable<string> Of(RunResult run)
    {
        if (run.Proof is { } proof) yield return Below(ProofText.Of(proof));
        if (run.Growth is { } growth) yield return Below(ScaleText.Of(growth));
        if (run.Headroom is { } headroom) yield return Below(HeadroomText.Of(headroom));
        if (run.Ledger is { } ledger) yield return Below(LedgerText.Of(ledger));
        if (run.GateRates is { } rates) yield return Below(GateRatesText.Of(rates));
        if (run.Arms is not { } arms) yield break;
        yield return Below(
            run.Gate is { } gate ? GateText.Of(arms, GateDecision.Of(arms, gate), gate.Creep) : ComparisonText.Of(arms));
    }

    /// <summary>One level lower: the headline of the run stands above them.</summary>
    private static string Below(string markdown) =>
        string.Join('\n', markdown.Split('\n').Select(line => line.StartsWith('#') ? "##" + line : line));
}
