using System.Text;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Files;

/// <summary>
/// <c>metrics.csv</c>: one figure a line (RFC 4180), for a spreadsheet or a time series. The last field is "at least" or "at most" of a
/// figure that is a bound, and empty of one that was measured.
/// </summary>
internal static class MetricsCsv
{
    public static string Of(RunResult run)
    {
        var text = new StringBuilder("run,scenario,operation,metric,unit,value,bound\r\n");
        foreach (var scenario in run.Scenarios)
        {
            foreach (var operation in scenario.Operations)
            {
                foreach (var (metric, unit, value) in Metrics(operation))
                    text.AppendJoin(',', Field(run.Identity.Id), Field(scenario.Name), Field(operation.Name), Field(metric), unit,
                        Number(value), "").Append("\r\n");
            }
        }
        foreach (var verdict in run.Verdicts.Where(verdict => verdict.Figure is not null))
            text.AppendJoin(',', Field(run.Identity.Id), "", "", Field($"target {verdict.Id}"), Field(verdict.Unit),
                Number(verdict.Figure!.Value), VerdictWords.BoundWord(verdict)).Append("\r\n");
        return text.ToString();
    }

    private static IEnumerable<(string Metric, string Unit, double Value)> Metrics(OperationResult operation) =>
    [
        ("scheduled", "requests", operation.Accounting.Scheduled),
        ("completed", "requests", operation.Accounting.Completed),
        ("failed", "requests", operation.Accounting.Failed),
        ("skipped", "requests", operation.Accounting.Skipped),
        ("in_flight", "requests", operation.Accounting.InFlight),
        .. operation.OfferedPerSecond is { } offered ? [("offered", "requests/s", offered)] : Array.Empty<(string, string, double)>(),
        ("throughput", "requests/s", operation.ThroughputPerSecond),
        .. Percentiles("response", operation.Response),
        .. Percentiles("service", operation.Service),
        .. operation.Lag.Count == 0 ? [] : Percentiles("lag", operation.Lag),
        .. operation.Steps.SelectMany(step => Percentiles($"step_{step.Name}", step.Duration)),
    ];

    /// <summary>A percentile beyond the samples has no line: an empty cell is read as 0 by many a spreadsheet.</summary>
    private static IEnumerable<(string Metric, string Unit, double Value)> Percentiles(string name, LatencySummary latency)
    {
        (string Name, TimeSpan? Value)[] all =
        [
            ("mean", latency.Mean), ("p50", latency.P50), ("p90", latency.P90), ("p95", latency.P95), ("p99", latency.P99),
                ("p999", latency.P999),
            ("max", latency.Maximum),
        ];
        foreach (var (part, value) in all)
            if (value is { } duration)
                yield return ($"{name}_{part}", "ms", duration.TotalMilliseconds);
    }

    private static string Number(double value) => value.ToString("0.######");

    /// <summary>Quoted where needed; a leading formula sign is defused, as a spreadsheet would run it.</summary>
    private static string Field(string text)
    {
        if (text.Length > 0 && "=+-@\t\r\n".Contains(text[0], StringComparison.Ordinal)) text = "'" + text;
        return text.AsSpan().IndexOfAny("\",\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
