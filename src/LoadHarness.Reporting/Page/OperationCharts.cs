using LoadHarness.Core.Measurement;
using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page;

/// <summary>A heat map of each operation of a scenario, slowest first, as many and as fine as a page can hold.</summary>
internal static class OperationCharts
{
    /// <summary>Columns of all operations of the page together.</summary>
    private const int ColumnsOfAll = 1_200;

    private const int FewestColumns = 12;

    /// <summary>With more the page would be too large for a chart of each operation.</summary>
    public const int MostScenarios = 30;

    public static Html? Of(RunResult run, ScenarioResult scenario, int index)
    {
        var all = run.Scenarios.Sum(each => each.Operations.Count(operation => operation.Timeline.Count > 0));
        if (all == 0 || scenario.Operations.Count < 2 || run.Scenarios.Count > MostScenarios) return null;
        var most = ColumnsOfAll / FewestColumns / run.Scenarios.Count;
        var columns = Math.Clamp(ColumnsOfAll / Math.Min(all, most * run.Scenarios.Count), FewestColumns, OperationStretch.Most);
        var drawn = scenario.Operations.Index().Where(entry => entry.Item.Timeline.Count > 0)
            .OrderByDescending(entry => Percentiles.Slowness(entry.Item.Response)).ToList();
        var charts = drawn.Take(most)
            .Select(entry => ScenarioFigures.OfOperation($"operation-chart-{index}-{entry.Index}", scenario, entry.Item, null, columns))
            .OfType<Chart>().ToList();
        if (charts.Count == 0) return null;
        return HtmlComponents.Folded($"Each operation of {scenario.Name} over time", Html.Of($"""
            {HtmlComponents.Grid(charts)}{(drawn.Count > most
                ? Html.Of($"""<p class="note">{drawn.Count - most} faster operations are in run.json.</p>""")
                : null)}
            """));
    }
}
