using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page;

/// <summary>The pieces that sections are put together from.</summary>
internal static class HtmlComponents
{
    public static Html Figure(Chart figure) => Html.Of($"""
        <figure id="{figure.Id}">
        <figcaption><p class="figure-title">{figure.Title}</p><p>{figure.Reading}</p></figcaption>
        {Legend(figure.Legend)}
        <div class="chart">{Html.Trusted(figure.Svg)}</div>
        {(figure.Description.Length == 0 ? null : Html.Of($"""<p class="description">{Plain.Cut(figure.Description, 1_500)}</p>"""))}
        <details><summary>Figures as a table<span class="hidden">:
            {figure.Title}</span></summary>{Table($"Figures of {figure.Title}, {figure.Id}", figure.Table)}</details>
        </figure>

        """);

    public static Html Grid(IEnumerable<Chart> figures)
    {
        var all = figures.ToList();
        return all.Count == 0 ? Html.Nothing : Html.Of($"""<div class="grid">{all.Select(Figure)}</div>""");
    }

    public static Html Table(string caption, FigureTable table) => Html.Of($"""
        {Table(caption, table.Headers, table.Rows.Select(row => row.Select(cell => (Cell)cell).ToList()))}
        {(table.Note is null ? null : Html.Of($"""<p class="note">{table.Note}</p>"""))}
        """);

    /// <param name="cssClass">For the style sheet and the script: <c>sortable</c> where another order has a meaning.</param>
    public static Html Table(string caption, IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<Cell>> rows, string cssClass = "")
    {
        var body = rows.ToList();
        var numbers = headers.Select((_, column) => column > 0 && body.Count > 0
            && body.All(row => column < row.Count && row[column].IsNumber)).ToList();
        return Html.Of($"""
            <div class="scroll" role="region" tabindex="0" aria-label="Table: {caption}">
            <table class="{cssClass}"><caption class="hidden">{caption}</caption>
            <thead><tr>{headers.Select((header, column) => numbers[column]
                ? Html.Of($"""<th scope="col" class="n">{header}""")
                : Html.Of($"""<th scope="col">{header}"""))}</thead>
            <tbody>
            {body.Select(Row)}</table>
            </div>
            """);
    }

    /// <summary>Closed until the reader asks for it; open in print.</summary>
    public static Html Folded(string title, Html content) =>
        Html.Of($"""<details class="folded"><summary>{title}</summary>{content}</details>""");

    public static Html Heading(string text, string? detail = null, string? id = null) => Html.Of($"""
        <h3{(id is null ? null : Html.Of($" id=\"{id}\""))}>{new Name(text)}</h3>
        {(detail is null ? null : Html.Of($"""<p class="introduction">{detail}</p>"""))}
        """);

    public static Html Facts(IEnumerable<(string Name, string Value)> facts) =>
        Html.Of($"""<dl class="facts">{facts.Select(fact => Html.Of($"<div><dt>{fact.Name}</dt><dd>{fact.Value}</dd></div>\n"))}</dl>""");

    public static Html Notes(IEnumerable<string> notes) =>
        Html.Of($"""<ul class="notes">{Items(notes.Select(note => Plain.Cut(note, 1_000)))}</ul>""");

    public static Html Items(IEnumerable<string> items) => Html.Join(items.Select(item => Html.Of($"<li>{item}</li>\n")));

    public static Html Link(string id, string text) => Html.Of($"""<a href="#{id}">{new Name(text)}</a>""");

    public static Html Links(IEnumerable<Html> links) => Html.Join(links.Select((link, index) => index == 0 ? link : Html.Of($", {link}")));

    /// <summary>A mark that reads the same without colour; screen readers hear the word that follows it.</summary>
    public static Html Symbol(string symbol) => Html.Of($"""<span class="symbol" aria-hidden="true">{symbol}</span>""");

    // End tags of cells and rows may be left out in HTML: an hour's page is a fifth smaller without them.
    private static Html Row(IReadOnlyList<Cell> cells) => Html.Of($"""
        <tr><th scope="row">{cells[0].Content}{cells.Skip(1).Select(cell => cell.IsNumber
            ? Html.Of($"""<td class=n>{cell.Content}""")
            : Html.Of($"<td>{cell.Content}"))}

        """);

    private static Html Legend(IReadOnlyList<LegendEntry> legend) => legend.Count == 0
        ? Html.Nothing
        : Html.Of($"""
            <ul class="legend">{legend.Select(entry => Html.Of($"""
                <li>{Html.Trusted(Svg.Swatch(entry))} {new Name(entry.Name)}</li>
                """))}</ul>
            """);
}
