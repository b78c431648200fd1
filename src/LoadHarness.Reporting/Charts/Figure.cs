namespace LoadHarness.Reporting.Charts;

/// <summary>A chart as the page shows it.</summary>
/// <param name="Description">What a person who cannot see it should be told: the figures, not the shapes.</param>
/// <param name="Reading">How to read it, below the title.</param>
internal sealed record Figure(
    string Id,
    string Title,
    string Reading,
    string Description,
    ChartDrawing Drawing,
    IReadOnlyList<LegendEntry> Legend,
    FigureTable Table);

/// <param name="Swatch">CSS class of the line or area, such as <c>series-1</c>.</param>
internal sealed record LegendEntry(string Swatch, string Name);

/// <summary>The figures behind a chart.</summary>
/// <param name="Note">What was left out or put together; null when every figure is there.</param>
internal sealed record FigureTable(IReadOnlyList<string> Headers, IReadOnlyList<IReadOnlyList<string>> Rows, string? Note = null);
