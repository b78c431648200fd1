using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Page.Compared;

/// <summary>How often the gate raised an alarm on identical arms and on planted faults.</summary>
internal static class GateRateSection
{
    public static Section? Of(RunResult run) => run.GateRates is not { } rates
        ? null
        : new(
            "gate-rates",
            "Gate's error rates",
            $"{GateRates.Rule} {Format.Count(rates.Contacts)} leads, {Format.Counted(rates.Sessions, "session")}, {rates.Means}. "
                + "The 95% interval is that of Clopper and Pearson.",
            [
                HtmlComponents.Table(
                    "Error rates of the gate",
                    ["Comparisons", "Alarms", "Of", "95% interval", "Right cause first", "No alarm, undecided", "First cause named"],
                    rates.Rates.Select(rate => (IReadOnlyList<Cell>)
                    [
                        new Name(rate.Kind), Format.Count(rate.Count), Format.Count(rate.Suites),
                        $"{Format.Significant(100 * rate.Interval.Low)} to {Format.Significant(100 * rate.Interval.High)}%",
                        rate.CauseFirst is { } first ? Format.Count(first) : "–",
                        rate.Undecided?.ToString() ?? "–",
                        Html.Of($"{(rate.Example is { } cause ? Plain.Cut(cause, 300) : "–")}"),
                    ])),
            ]);
}
