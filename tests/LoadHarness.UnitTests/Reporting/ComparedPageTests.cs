using System.Net;
using System.Text.RegularExpressions;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Verdicts;
using LoadHarness.Core.Words;
using LoadHarness.Reporting.Page;

namespace LoadHarness.UnitTests.Reporting;

/// <summary>Claims, growth, ledger and error rates stand on the page with the figures of run.json.</summary>
public sealed class ComparedPageTests
{
    [Fact]
    public void Each_claim_has_its_figure_and_each_operation_its_values_and_quotient()
    {
        var (run, text) = Page(SampleCompared.Proof);

        foreach (var claim in run.Proof!.Claims)
        {
            Assert.Contains(VerdictWords.Figure(claim.Verdict), text, StringComparison.Ordinal);
            Assert.Contains(claim.Contract.Definition, text, StringComparison.Ordinal);
            foreach (var operation in claim.Operations)
                Assert.Contains(
                    $"{operation.Name} {Format.Significant(operation.Weight)} {Shown(operation.Optimized, operation.Unit)} "
                        + $"{Shown(operation.Careful, operation.Unit)}",
                    text, StringComparison.Ordinal);
        }

        Assert.Contains("lead-queries/lead_with_activities 2.57", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Evidence_that_is_judged_again_has_the_machine_and_the_time_that_measured_it_before_those_of_the_program()
    {
        var earlier = SampleCompared.Proof.Proof! with
        {
            StartedUtc = new(2024, 12, 1, 3, 4, 0, TimeSpan.Zero),
            Machine = "POWER9, 20 cores, 64 GiB",
        };

        var (run, text) = Page(SampleCompared.Proof with { Proof = earlier });

        foreach (var words in (string[])
        [
            "Machine POWER9, 20 cores, 64 GiB", "Started, took 1 Dec 2024, 03:04 UTC, 9 min 0 s", "Profile, settings none, not stated",
            "Commit not on record (judged again at 3f2c1ab)", $"Judged again 14 Mar 2025, 02:05 UTC, on {run.Host.Words()}",
            "Measured 1 Dec 2024, 03:04 UTC in 9 min 0 s, on POWER9, 20 cores, 64 GiB, by prove --contacts 20000 --quick.",
        ])
            Assert.Contains(words, text, StringComparison.Ordinal);
        Assert.True(text.IndexOf("POWER9", StringComparison.Ordinal) < text.IndexOf(run.Host.Cpu, StringComparison.Ordinal));
    }

    [Fact]
    public void A_proof_that_was_measured_by_its_run_has_its_machine_and_command_and_was_not_judged_again()
    {
        var (run, text) = Page(SampleCompared.Proof);

        Assert.Contains($"Machine {run.Host.Words()}", text, StringComparison.Ordinal);
        Assert.Contains($"on {run.Proof!.Machine}, by prove --contacts 20000 --quick.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Judged again", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_more_is_better_the_page_tells_times_of_c_as_the_summary_does()
    {
        HeldLevel Held(double level) => new(level, SearchEnd.Found, "slow");
        var claim = ClaimJudge.Decide(
            new("ER-6", "5x concurrent users", "d", "C", ClaimStatistic.BoundedSearch, [], "n"), SampleCompared.Targets[2], new()
            {
                Searches = new Dictionary<string, SearchedLevels>
                {
                    ["ER-6"] = new("users of the mix", "users", [Held(600), Held(600), Held(600)], [Held(100), Held(100), Held(100)]),
                },
            });

        var (run, text) = Page(SampleCompared.Proof with { Proof = SampleCompared.Proof.Proof! with { Claims = [claim] } });

        var interval = Format.Interval(claim.Verdict.Interval!);
        Assert.Contains("users of the mix 6 ", text, StringComparison.Ordinal);
        Assert.Contains($"users of the mix 1 600 users 100 users – – 6 {interval}", text, StringComparison.Ordinal);
        Assert.Contains("users of the mix: 6 times C", ReportPage.Render(run), StringComparison.Ordinal);
        Assert.Contains($"| 600 users | 100 users | – | – | 6 | {interval} |", ProofText.Of(run.Proof!), StringComparison.Ordinal);
    }

    [Fact]
    public void Growth_has_every_size_and_exponent_and_what_the_forecast_said()
    {
        var (run, text) = Page(SampleCompared.Growth);

        foreach (var operation in run.Growth!.Operations)
        {
            var figures = run.Growth.Sizes.Select(
                size => Format.Significant(operation.Points.First(point => point.Contacts == size).Figure));
            Assert.Contains(
                $"{operation.Operation} {string.Join(' ', figures)} {(operation.Fit is { } fit ? $"{fit.Exponent:0.00}" : "–")}", text,
                StringComparison.Ordinal);
        }

        Assert.Contains("✓ holds", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Headroom_has_every_rate_and_what_breaks_first()
    {
        var (run, text) = Page(SampleCompared.Headroom);

        foreach (var scenario in run.Headroom!.Scenarios)
            Assert.Contains(
                $"{scenario.Scenario} {Format.Significant(scenario.ProfileRate)}/s {HeadroomText.RateOf(scenario)} "
                    + $"{HeadroomText.FactorOf(scenario)} {scenario.FirstToBreak()}",
                text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_ledger_has_each_index_with_its_cost_and_who_misses_it_and_what_nothing_wants_first()
    {
        var (run, text) = Page(SampleCompared.Ledger);

        foreach (var entry in run.Ledger!.Entries)
        {
            Assert.Contains(entry.Sentence(), text, StringComparison.Ordinal);
            foreach (var cost in entry.Writes)
                Assert.Contains($"{Format.Significant(cost.Index)} ± {Format.Significant(cost.Spread)}", text, StringComparison.Ordinal);
        }

        var table = text[text.IndexOf("Each index left out in turn", StringComparison.Ordinal)..];
        Assert.True(table.IndexOf("leads_unused_idx", StringComparison.Ordinal) < table.IndexOf(
            "leads_workspace_tags_idx", StringComparison.Ordinal));
        Assert.Contains("leads_old_idx", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_gate_has_its_rates_with_their_intervals()
    {
        var (run, text) = Page(SampleCompared.Rates);

        foreach (var rate in run.GateRates!.Rates)
            Assert.Contains(
                $"{rate.Kind} {rate.Count} {rate.Suites} {Format.Significant(100 * rate.Interval.Low)} to "
                    + $"{Format.Significant(100 * rate.Interval.High)}%",
                text, StringComparison.Ordinal);
    }

    [Fact]
    public void Both_arms_stand_with_every_figure_its_sentence_and_the_causes()
    {
        var (run, text) = Page(SampleCompared.Gate);

        foreach (var time in run.Arms!.Times) Assert.Contains(time.Sentence(), text, StringComparison.Ordinal);
        foreach (var counter in run.Arms.Counters)
            Assert.Contains($"{counter.Operation} {counter.Counter} {Format.Significant(counter.A)} {Format.Significant(counter.B)}", text,
                StringComparison.Ordinal);
        foreach (var cause in LoadHarness.Core.Comparing.Causes.Of(run.Arms)) Assert.Contains(cause, text, StringComparison.Ordinal);
        foreach (var words in (string[])["Only on B", "Seq Scan on orders", Format.Bytes(3 << 20), "B has no operation refund.",
            "the pin v0.1.0",
            "verify traffic/buy", "Gate: 1 known regressions, none new"])
            Assert.Contains(words, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_link_leads_somewhere_and_no_place_stands_twice()
    {
        foreach (var run in SampleCompared.All)
        {
            var html = ReportPage.Render(run);
            var places = Regex.Matches(html, " id=\"([^\"]+)\"").Select(match => match.Groups[1].Value).ToList();
            Assert.Equal(places.Distinct(), places);
            Assert.All(Regex.Matches(html, " href=\"#([^\"]+)\"").Select(match => match.Groups[1].Value),
                link => Assert.Contains(link, places));
        }
    }

    private static string Shown(double value, string unit) => unit == "bytes" ? Format.Bytes(value) : Format.Figure(value, unit);

    /// <returns>The words of the page, markup and drawings taken out, one space between two.</returns>
    private static (RunResult Run, string Text) Page(RunResult run)
    {
        var html = Regex.Replace(ReportPage.Render(run), "<(style|script|svg)[^>]*>.*?</\\1>", " ", RegexOptions.Singleline)
            .Replace("<wbr>", "", StringComparison.Ordinal);
        return (run, Regex.Replace(WebUtility.HtmlDecode(Regex.Replace(html, "<[^>]*>", " ")), @"\s+", " "));
    }
}
