using LoadHarness.Core.Measurement;
using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page;

/// <summary>Seven columns that decide; the others follow in a table of their own, so that both fit a page.</summary>
internal static class OperationTable
{
    private static readonly string[] Headers =
        ["Operation", "Completed of scheduled", "Failed, skipped", "Done a second", "Response p50", "p95", "p99"];

    private static readonly string[] MoreHeaders =
        ["Operation", "Offered a second", "Still in flight", "Response mean", "p90", "p99.9", "longest", "Service p95", "Lag p99",
        "Items a second"];

    public static Html Of(Trail trail, ScenarioResult scenario, IReadOnlyList<OperationResult> operations, string caption) =>
        HtmlComponents.Table(caption, Headers, operations.Select(operation => Row(trail, scenario, operation)));

    public static Html More(ScenarioResult scenario) =>
        HtmlComponents.Table($"More figures of {scenario.Name}", MoreHeaders,
            scenario.Operations.Select(operation => MoreRow(scenario, operation)));

    private static IReadOnlyList<Cell> Row(Trail trail, ScenarioResult scenario, OperationResult operation)
    {
        var place = Trail.OperationPlace(
            trail.IndexOf(scenario), scenario.Operations.TakeWhile(other => !ReferenceEquals(other, operation)).Count());
        var (accounting, response) = (operation.Accounting, operation.Response);
        return
        [
            Html.Of($"""<a href="#{place}">{new Name(operation.Name)}</a>"""),
            $"{Format.Count(accounting.Completed)} of {Format.Count(accounting.Scheduled)}",
            $"{Format.Count(accounting.Failed)}, {Format.Count(accounting.Skipped)}",
            Format.Significant(operation.ThroughputPerSecond),
            Percentiles.Words(response.Count, 50, response.P50),
            Percentiles.Words(response.Count, 95, response.P95),
            Percentiles.Words(response.Count, 99, response.P99),
        ];
    }

    private static IReadOnlyList<Cell> MoreRow(ScenarioResult scenario, OperationResult operation)
    {
        var response = operation.Response;
        var seconds = scenario.Measured.TotalSeconds;
        return
        [
            new Name(operation.Name),
            operation.OfferedPerSecond is { } offered and > 0 ? Format.Significant(offered) : "–",
            Format.Count(operation.Accounting.InFlight),
            response.Count == 0 ? "–" : Format.Duration(response.Mean),
            Percentiles.Words(response.Count, 90, response.P90),
            Percentiles.Words(response.Count, 99.9, response.P999),
            response.Count == 0 ? "–" : Format.Duration(response.Maximum),
            Percentiles.Words(operation.Service.Count, 95, operation.Service.P95),
            Percentiles.Words(operation.Lag.Count, 99, operation.Lag.P99),
            operation.Items is { } items && seconds > 0 ? Format.Significant(items / seconds) : "–",
        ];
    }
}
