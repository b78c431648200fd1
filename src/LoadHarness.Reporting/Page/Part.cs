using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page;

/// <summary>The pieces that sections are put together from.</summary>
internal static class Part
{
    public static Html Figure(Figure figure) => Html.Of($"""
        <figure id="{figure.Id}">
        <figcaption><h4>{figure.Title}</h4><p>{figure.Reading}</p></figcaption>
        {Legend(figure.Legend)}
        <div class="chart" role="img" aria-label="{figure.Description}">{Html.Trusted(figure.Drawing.Wide)}{Html.Trusted(figure.Drawing.Narrow)}</div>
        <p class="description">{figure.Description}</p>
        <details><summary>Figures as a table<span class="hidden">: {figure.Title}</span></summary>{Table($"Figures of {figure.Title}, {figure.Id}", figure.Table)}</details>
        </figure>

        """);

    public static Html Grid(IEnumerable<Figure> figures) => Html.Of($"""<div class="grid">{figures.Select(Figure)}</div>""");

    public static Html Table(string caption, FigureTable table) => Html.Of($"""
        <div class="scroll" role="region" tabindex="0" aria-label="{caption}">
        <table>
        <caption class="hidden">{caption}</caption>
        <thead><tr>{table.Headers.Select(header => Html.Of($"""<th scope="col">{header}</th>"""))}</tr></thead>
        <tbody>
        {table.Rows.Select(Row)}</tbody>
        </table>
        </div>
        {(table.Note is null ? null : Html.Of($"""<p class="note">{table.Note}</p>"""))}
        """);

    public static Html Table(string caption, IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows) =>
        Table(caption, new FigureTable(headers, [.. rows]));

    /// <summary>Closed until the reader asks for it.</summary>
    public static Html Folded(string title, Html content) => Html.Of($"""<details class="folded"><summary>{title}</summary>{content}</details>""");

    public static Html Heading(string text, string? detail = null, string? id = null) => Html.Of($"""
        <h3{(id is null ? null : Html.Of($" id=\"{id}\""))}>{text}</h3>
        {(detail is null ? null : Html.Of($"""<p class="introduction">{detail}</p>"""))}
        """);

    public static Html Facts(IEnumerable<(string Name, string Value)> facts) =>
        Html.Of($"""<dl class="facts">{facts.Select(fact => Html.Of($"<div><dt>{fact.Name}</dt><dd>{fact.Value}</dd></div>\n"))}</dl>""");

    public static Html Notes(IEnumerable<string> notes) => Html.Of($"""<ul class="notes">{Items(notes)}</ul>""");

    public static Html Items(IEnumerable<string> items) => Html.Join(items.Select(item => Html.Of($"<li>{item}</li>\n")));

    /// <summary>A mark that reads the same without colour; screen readers hear the word that follows it.</summary>
    public static Html Symbol(string symbol) => Html.Of($"""<span class="symbol" aria-hidden="true">{symbol}</span>""");

    private static Html Row(IReadOnlyList<string> cells) => Html.Of($"""
        <tr><th scope="row">{cells[0]}</th>{cells.Skip(1).Select(cell => Html.Of($"<td>{cell}</td>"))}</tr>

        """);

    private static Html Legend(IReadOnlyList<LegendEntry> legend) => legend.Count == 0
        ? Html.Nothing
        : Html.Of($"""<ul class="legend">{legend.Select(entry => Html.Of($"""<li><span class="swatch {entry.Swatch}"></span>{entry.Name}</li>"""))}</ul>""");
}
