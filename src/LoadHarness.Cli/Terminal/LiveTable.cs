using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace LoadHarness.Cli.Terminal;

/// <summary>A running scenario in a few columns: what was offered, what came back, and what the server did meanwhile.</summary>
internal static class LiveTable
{
    public static IRenderable Draw(IReadOnlyCollection<LoadSnapshot> snapshots, DatabaseSample? server)
    {
        var table = new Table().Border(TableBorder.None);
        foreach (var title in (string[])["scenario", "offered/s", "achieved/s", "p50", "p95", "p99", "errors", "in flight", "lag p99"])
            table.AddColumn(Column(title));
        foreach (var snapshot in snapshots) table.AddRow([.. Cells(snapshot).Select(Markup.Escape)]);
        var dim = new Style(decoration: Decoration.Dim);
        return new Rows(table, new Text(Phase(snapshots), dim), new Text(server is null ? "" : Server(server), dim));
    }

    /// <summary>The same on one line, for places that cannot draw.</summary>
    public static string Line(LoadSnapshot snapshot, DatabaseSample? server)
    {
        var cells = Cells(snapshot).ToArray();
        return $"   {cells[0]} {snapshot.Phase.Word()} {snapshot.Elapsed.TotalSeconds:N0} s: offered "
            + $"{(snapshot.OfferedPerSecond is null ? "-" : cells[1] + "/s")}, achieved {cells[2]}/s, p50 {cells[3]}, p95 {cells[4]}, "
            + $"p99 {cells[5]}, errors {cells[6]}, in flight {cells[7]}, lag p99 {cells[8]}{(server is null ? "" : "; " + Server(server))}";
    }

    /// <summary>What a scenario came to, one line an operation.</summary>
    public static string Closing(ScenarioResult result) =>
        string.Join(Environment.NewLine, result.Operations.Select(operation =>
            $"   {result.Name}/{operation.Name}: {operation.Accounting.Completed:N0} completed, {operation.Accounting.Failed:N0} failed, "
                + $"{operation.Accounting.Skipped:N0} skipped, {operation.Accounting.InFlight:N0} unanswered, "
                + $"{operation.ThroughputPerSecond:N1}/s, p50 {Time(operation.Response.P50)}, p95 {Time(operation.Response.P95)}, "
                + $"p99 {Time(operation.Response.P99)}, max {Time(operation.Response.Maximum)}{Errors(operation)}"));

    private static IEnumerable<string> Cells(LoadSnapshot snapshot) =>
    [
        snapshot.Scenario, snapshot.OfferedPerSecond is { } offered ? $"{offered:N0}" : "-", $"{snapshot.AchievedPerSecond:N0}",
        Time(snapshot.P50), Time(snapshot.P95), Time(snapshot.P99), $"{snapshot.Errors:N0}", $"{snapshot.InFlight:N0}",
            Time(snapshot.LagP99),
    ];

    // Eighty columns hold the table: a heading breaks between its words rather than a figure, and columns stand close.
    private static TableColumn Column(string title) =>
        new(Markup.Escape(title.Replace("/s", "\n/s", StringComparison.Ordinal).Replace(' ', '\n')))
        {
            Alignment = title == "scenario" ? Justify.Left : Justify.Right,
            NoWrap = title != "scenario",
            Padding = new Padding(0, 0, 1, 0),
        };

    private static string Phase(IReadOnlyCollection<LoadSnapshot> snapshots) =>
        string.Join(", ", snapshots.Select(snapshot => $"{snapshot.Phase.Word()} {snapshot.Elapsed.TotalSeconds:N0} s").Distinct());

    private static string Server(DatabaseSample server) =>
        $"database: {server.Active} active, {server.Waiting} waiting, "
            + $"cache hit {(server.CacheHitShare is { } share ? $"{share:P1}" : "-")}, WAL {server.WalBytesPerSecond / 1_048_576:N1} MB/s, "
            + $"{(server.ServerCpuCores is { } cores ? $"{cores:N2}" : "-")} cores";

    private static string Errors(OperationResult operation) =>
        operation.Errors.Count == 0
            ? ""
            : "; " + string.Join("; ", operation.Errors.Take(3).Select(error => $"{error.Count:N0} x {error.Words}"));

    private static string Time(TimeSpan? duration) => duration is { } known ? Time(known) : "-";

    private static string Time(TimeSpan duration) => duration.TotalMilliseconds switch
    {
        < 1 => $"{duration.TotalMicroseconds:N0} µs",
        < 99.95 => $"{duration.TotalMilliseconds:N1} ms",
        < 999.5 => $"{duration.TotalMilliseconds:N0} ms",
        _ => $"{duration.TotalSeconds:N2} s",
    };
}
