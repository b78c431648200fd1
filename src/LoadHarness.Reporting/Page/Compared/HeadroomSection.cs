using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Page.Compared;

/// <summary>How far each scenario is from the rate at which its first target breaks.</summary>
internal static class HeadroomSection
{
    public static Section? Of(RunResult run) => run.Headroom is not { } headroom ? null : new(
        "headroom",
        "Headroom",
        $"Measured with {TargetPassing.Words(headroom.Contacts)} leads. {HeadroomText.Definition(headroom)}",
        [
            HtmlComponents.Table(
                "Headroom",
                ["Scenario", "Profile's rate", "Highest rate that held", "Headroom", "Breaks first"],
                headroom.Scenarios.Select(scenario => (IReadOnlyList<Cell>)
                [
                    new Name(scenario.Scenario),
                    $"{Format.Significant(scenario.ProfileRate)}/s",
                    HeadroomText.RateOf(scenario),
                    HeadroomText.FactorOf(scenario),
                    Html.Of($"{scenario.FirstToBreak()}"),
                ])),
        ]);
}
