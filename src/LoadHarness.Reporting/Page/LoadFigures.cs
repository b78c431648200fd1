using LoadHarness.Core.Measurement;
using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page;

/// <summary>What the scenarios asked for and got, on the run's clock: those that ran together are added up.</summary>
internal static class LoadFigures
{
    private const int MostPoints = 240;

    public static IEnumerable<Chart> Of(RunResult run, ClockAxis clock, IReadOnlyList<Phase> phases)
    {
        var (length, moments) = Moments(run);
        if (moments.Count < 3) yield break;

        Series Sum(string name, Tone tone, Func<IReadOnlyList<SecondSample>, double> ofScenario)
        {
            List<(double, double)> points = [.. moments.Select(moment => (moment.At, moment.Scenarios.Sum(ofScenario)))];
            return new(name, tone, Downsampling.Broken(Downsampling.Extremes(points, MostPoints))) { Measured = points };
        }
        Series Rate(string name, Tone tone, Func<SecondSample, double> count) =>
            Sum(name, tone, samples => Seconds.Rate(samples, count));
        List<Series> rates = [Rate("completed", Tone.Series(0), sample => sample.Completed)];
        if (run.Scenarios.Any(scenario => scenario.Accounting.Failed > 0))
            rates.Add(Rate("failed", Tone.Series(1), sample => sample.Failed));
        if (run.Scenarios.Any(scenario => scenario.Accounting.Skipped > 0))
            rates.Add(Rate("skipped", Tone.Series(2), sample => sample.Skipped));
        yield return ClockFigure.Of("run-rates", "Requests",
            "Requests a second, all scenarios together." + ScenarioFigures.Together(length, "their mean is drawn"), rates, clock, phases,
            value => $"{Format.Significant(value)}/s", StretchFigure.Mean);
        var percentiles = Percentiles(run).ToList();
        if (percentiles.Count > 0)
            yield return ClockFigure.Of("run-percentiles", "Response times",
                $"Of scenarios that ran together, the one of the most requests. Each point stands for {ScenarioFigures.LeastRequests} "
                    + "requests or more on average; scenarios of fewer are not drawn.", percentiles,
                    clock, phases, ScenarioFigures.Milliseconds, StretchFigure.Highest, logarithmic: true);
        yield return ClockFigure.Of("run-flight", "In flight",
            "Requests under way at the end of each second." + ScenarioFigures.Together(length, "their highest is drawn"),
            [Sum("in flight", Tone.Series(3), samples => samples.Max(sample => sample.InFlight))], clock, phases, Format.Significant,
            StretchFigure.Highest);
    }

    /// <summary>The run's clock in stretches as long as the longest sample, with what each scenario has in them.</summary>
    private static (int Length, IReadOnlyList<Moment> Moments) Moments(RunResult run)
    {
        var whole = run.Scenarios.Select(scenario =>
            (From: Math.Floor(RunTimeline.Since(run, scenario.StartedUtc)), Samples: Seconds.Whole(scenario))).ToList();
        var length = whole.SelectMany(scenario => scenario.Samples).Select(sample => sample.Seconds).DefaultIfEmpty(1).Max();
        var entries = whole.SelectMany((scenario, index) => scenario.Samples
            .Select(sample => (At: Math.Floor((scenario.From + sample.Second) / length) * length, index, sample)));
        return (length, [.. entries.Where(entry => entry.At is >= 0 and < 1e8).GroupBy(entry => entry.At).OrderBy(group => group.Key)
            .Select(group => new Moment(group.Key, [.. group.GroupBy(entry => entry.index, entry => entry.sample)
                .Select(same => (IReadOnlyList<SecondSample>)[.. same])]))]);
    }

    /// <summary>One line for each percentile, broken between scenarios and where no request completed.</summary>
    private static IEnumerable<Series> Percentiles(RunResult run)
    {
        var perScenario = Math.Max(12, MostPoints / Math.Max(1, run.Scenarios.Count));
        var lines = run.Scenarios.GroupBy(scenario => scenario.StartedUtc).OrderBy(group => group.Key)
            .Select(together => together.MaxBy(scenario => scenario.Accounting.Completed)!)
            .Where(scenario => scenario.Accounting.Completed >= ScenarioFigures.LeastRequests)
            .Select(scenario => ScenarioFigures.Lines(
                Stretch.Of(scenario, perScenario, ScenarioFigures.LeastRequests), RunTimeline.Since(run, scenario.StartedUtc)))
            .Where(scenario => scenario[0].Points.Count > 0)
            .ToList();
        if (lines.Count == 0) yield break;
        for (var i = 0; i < lines[0].Count; i++)
            yield return lines[0][i] with
            {
                Points = [.. lines.SelectMany(scenario => scenario[i].Points.Append((scenario[i].Points[^1].Second + 0.5, double.NaN)))],
                Measured = [.. lines.SelectMany(scenario => scenario[i].Points)],
            };
    }

    private sealed record Moment(double At, IReadOnlyList<IReadOnlyList<SecondSample>> Scenarios);
}
