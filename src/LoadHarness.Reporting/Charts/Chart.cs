namespace LoadHarness.Reporting.Charts;

/// <summary>A chart as the page shows it.</summary>
/// <param name="Description">What a person who cannot see it should be told: the figures, not the shapes.</param>
/// <param name="Reading">How to read it, below the title.</param>
/// <param name="Svg">Whole without a script or a style sheet.</param>
internal sealed record Chart(
    string Id,
    string Title,
    string Reading,
    string Description,
    string Svg,
    IReadOnlyList<LegendEntry> Legend,
    FigureTable Table);

/// <param name="Mark">How the chart draws it.</param>
internal sealed record LegendEntry(Tone Tone, string Name, Mark Mark = Mark.Line);

internal enum Mark
{
    Line,
    Dot,
    Area,
}

/// <summary>The figures behind a chart.</summary>
/// <param name="Note">What was left out or put together; null when every figure is there.</param>
internal sealed record FigureTable(IReadOnlyList<string> Headers, IReadOnlyList<IReadOnlyList<string>> Rows, string? Note = null);
