using System.Globalization;
using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using Spectre.Console;

namespace LoadHarness.Cli.Terminal;

/// <summary>A running scenario in a few columns: what was offered, what came back, and what the server did meanwhile.</summary>
public static class LiveTable
{
    public static Table Draw(IReadOnlyCollection<LoadSnapshot> snapshots, DatabaseSample? server)
    {
        var table = new Table().Border(TableBorder.None).Expand();
        foreach (var title in (string[])["scenario", "phase", "offered/s", "achieved/s", "p50", "p95", "p99", "errors", "in flight", "lag p99"])
            table.AddColumn(new TableColumn(title) { Alignment = title is "scenario" or "phase" ? Justify.Left : Justify.Right });
        foreach (var snapshot in snapshots) table.AddRow([.. Cells(snapshot).Select(Markup.Escape)]);
        if (server is not null) table.Caption(Markup.Escape(Server(server)), new Style(decoration: Decoration.Dim));
        return table;
    }

    /// <summary>The same on one line, for places that cannot draw.</summary>
    public static string Line(LoadSnapshot snapshot, DatabaseSample? server)
    {
        var cells = Cells(snapshot).ToArray();
        return $"   {cells[0]} {cells[1]} {snapshot.Elapsed.TotalSeconds:N0} s: offered {cells[2]}/s, achieved {cells[3]}/s, p50 {cells[4]}, p95 {cells[5]}, p99 {cells[6]}, errors {cells[7]}, in flight {cells[8]}, lag p99 {cells[9]}{(server is null ? "" : "; " + Server(server))}";
    }

    /// <summary>What a scenario came to, one line an operation.</summary>
    public static string Closing(ScenarioResult result) => string.Join(Environment.NewLine, result.Operations.Select(operation => string.Create(
        CultureInfo.InvariantCulture,
        $"   {result.Name}/{operation.Name}: {operation.Accounting.Completed:N0} completed, {operation.Accounting.Failed:N0} failed, {operation.Accounting.Skipped:N0} skipped, {operation.ThroughputPerSecond:N1}/s, p50 {Time(operation.Response.P50)}, p95 {Time(operation.Response.P95)}, p99 {Time(operation.Response.P99)}, max {Time(operation.Response.Maximum)}{Errors(operation)}")));

    private static IEnumerable<string> Cells(LoadSnapshot snapshot) =>
    [
        snapshot.Scenario, snapshot.Phase, $"{snapshot.OfferedPerSecond:N0}", $"{snapshot.AchievedPerSecond:N0}",
        Time(snapshot.P50), Time(snapshot.P95), Time(snapshot.P99), $"{snapshot.Errors:N0}", $"{snapshot.InFlight:N0}", Time(snapshot.LagP99),
    ];

    private static string Server(DatabaseSample server) =>
        $"database: {server.Active} active, {server.Waiting} waiting, cache hit {(server.CacheHitShare is { } share ? $"{share:P1}" : "-")}, WAL {server.WalBytesPerSecond / 1_048_576:N1} MB/s, {server.ServerCpuCores:N2} cores";

    private static string Errors(OperationResult operation) =>
        operation.Errors.Count == 0 ? "" : "; " + string.Join("; ", operation.Errors.Take(3).Select(error => $"{error.Count:N0} x {error.Message}"));

    private static string Time(TimeSpan duration) => duration.TotalMilliseconds switch
    {
        < 1 => $"{duration.TotalMicroseconds:N0} us",
        < 1_000 => $"{duration.TotalMilliseconds:N1} ms",
        _ => $"{duration.TotalSeconds:N2} s",
    };
}
