using System.Text;
using LoadHarness.Core.Verdicts;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Comparing;

/// <summary>The gate's error rates for people, as Markdown that also reads well on a terminal.</summary>
public static class GateRatesText
{
    public static string Of(GateRates rates)
    {
        var text = new StringBuilder();
        text.Append("# The gate's own error rates\n\n");
        text.Append($"{rates.Contacts:N0} leads, seed {rates.Seed} · {MarkdownText.Of(rates.Machine)} · ");
        text.Append($"{rates.StartedUtc:yyyy-MM-dd HH:mm} UTC · measured in {Format.Counted(rates.Sessions, "session")}, "
            + $"{Format.Duration(rates.Duration)} in all · ");
        text.Append($"{rates.Means}\n\n");
        text.Append($"{GateRates.Rule}\n\n");
        text.Append(
            "| comparisons | alarms | of | 95% interval | right cause first | no alarm, undecided | first cause named |\n"
                + "|---|---:|---:|---:|---:|---:|---|\n");
        foreach (var rate in rates.Rates)
        {
            text.Append($"| {MarkdownText.Of(rate.Kind)} | {rate.Count} | {rate.Suites} | {100 * rate.Interval.Low:0.#} to "
                + $"{100 * rate.Interval.High:0.#}% | ");
            text.Append($"{rate.CauseFirst?.ToString() ?? "–"} | {rate.Undecided?.ToString() ?? "–"} | {Cause(rate)} |\n");
        }

        return text.Append($"\n{CheckReport.Tally(rates.Verdicts)}.\n").ToString();
    }

    private static string Cause(GateRate rate) => rate.Example is { } example ? MarkdownText.Of(Format.Cut(example, 300)) : "–";
}
