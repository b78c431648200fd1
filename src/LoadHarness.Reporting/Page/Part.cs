using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page;

/// <summary>The pieces that sections are put together from.</summary>
internal static class Part
{
    public static Html Figure(Figure figure) => Template.Render("figure", new
    {
        figure.Id,
        figure.Title,
        figure.Reading,
        figure.Description,
        figure.Legend,
        Wide = new Html(figure.Drawing.Wide),
        Narrow = new Html(figure.Drawing.Narrow),
        Table = Table($"Figures of {figure.Title}", figure.Table),
    });

    public static Html Table(string caption, FigureTable table) =>
        Template.Render("table", new { Caption = caption, table.Headers, table.Rows, table.Note });

    public static Html Table(string caption, IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows) =>
        Table(caption, new FigureTable(headers, [.. rows]));

    /// <summary>Folded away until the reader asks for it; open in print.</summary>
    public static Html Folded(string title, Html content) => Template.Render("folded", new { Title = title, Content = content });

    public static Html Heading(string text, string? detail = null, string? id = null) => Template.Render("heading", new { Text = text, Detail = detail, Id = id });

    public static Html Facts(IEnumerable<(string Name, string Value)> facts) =>
        Template.Render("facts", new { Facts = facts.Select(fact => new Fact(fact.Name, fact.Value)).ToList() });

    public static Html Notes(IReadOnlyList<string> notes) => Template.Render("notes", new { Notes = notes });

    private sealed record Fact(string Name, string Value);
}
