using LoadHarness.Core.Measurement;
using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page;

/// <summary>What the scenarios asked for and got, on the run's clock: those that ran together are added up.</summary>
internal static class LoadFigures
{
    private const int MostPoints = 240;

    public static IEnumerable<Chart> Of(RunResult run, ClockAxis clock, IReadOnlyList<Phase> phases)
    {
        var seconds = run.Scenarios
            .SelectMany(scenario => Seconds.Whole(scenario)
                .Select(sample => (At: (int)Math.Floor(RunTimeline.Since(run, scenario.StartedUtc)) + sample.Second, sample)))
            .Where(entry => entry.At is >= 0 and < 100_000_000)
            .GroupBy(entry => entry.At, entry => entry.sample).OrderBy(group => group.Key)
            .Select(group => (At: group.Key, Samples: group.ToList())).ToList();
        if (seconds.Count < 3) yield break;

        Series Sum(string name, Tone tone, Func<SecondSample, double> value) =>
            new(name, tone, Downsampling.Broken(
                Downsampling.Extremes([.. seconds.Select(second => ((double)second.At, second.Samples.Sum(value)))], MostPoints)));
        List<Series> rates = [Sum("completed", Tone.Series(0), sample => sample.Completed)];
        if (run.Scenarios.Any(scenario => scenario.Accounting.Failed > 0))
            rates.Add(Sum("failed", Tone.Series(1), sample => sample.Failed));
        if (run.Scenarios.Any(scenario => scenario.Accounting.Skipped > 0))
            rates.Add(Sum("skipped", Tone.Series(2), sample => sample.Skipped));
        yield return ClockFigure.Of("run-rates", "Requests", "Requests a second, all scenarios together.", rates, clock, phases,
            value => $"{Format.Significant(value)}/s");
        var percentiles = Percentiles(run).ToList();
        if (percentiles.Count > 0)
            yield return ClockFigure.Of("run-percentiles", "Response times",
                $"Of scenarios that ran together, the one of the most requests. Each point stands for {ScenarioFigures.LeastRequests} "
                    + "requests or more on average; scenarios of fewer are not drawn.", percentiles,
                    clock, phases, ScenarioFigures.Milliseconds, logarithmic: true);
        yield return ClockFigure.Of("run-flight", "In flight", "Requests under way at the end of each second.",
            [Sum("in flight", Tone.Series(3), sample => sample.InFlight)], clock, phases, Format.Significant);
    }

    /// <summary>One line for each percentile, broken between scenarios.</summary>
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
            };
    }
}
