using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Page;

/// <summary><c>report.html</c>: one file that needs no network and no script.</summary>
internal static class ReportPage
{
    public static string Render(RunResult run)
    {
        var sections = new[]
        {
            TargetSection.Of(run),
            BaselineSection.Of(run),
            NoteSection.Of(run),
            ScenarioSection.Of(run),
            DatabaseSection.Of(run),
            StatementSection.Of(run),
            ChecklistSection.Of(run),
            SeedSection.Of(run),
            StageSection.Of(run),
            EnvironmentSection.Of(run),
            Definitions.Section,
        }.OfType<Section>().ToList();
        return Frame(run, sections).Text;
    }

    private static Html Frame(RunResult run, List<Section> sections) => Html.Of($"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{RunOutcome.Of(run).Word}: LoadHarness run {run.Identity.Id}</title>
        <link rel="icon" href="data:,">
        <style>
        {Html.Trusted(Resource("report.css"))}
        </style>
        </head>
        <body>
        <a class="skip" href="#{sections[0].Id}">Skip to {sections[0].Title}</a>
        <header class="page-width">
        {FirstScreen.Of(run)}
        <nav aria-label="Contents"><ul>{sections.Select(section => Html.Of($"""<li><a href="#{section.Id}">{section.Title}</a></li>"""))}</ul></nav>
        </header>
        <main class="page-width">
        {sections.Select(Chapter)}
        </main>
        <footer class="page-width"><p>Rendered by LoadHarness {run.Identity.ToolVersion} from <code>run.json</code>, which holds every figure of this page.</p></footer>
        </body>
        </html>

        """);

    private static Html Chapter(Section section) => Html.Of($"""
        <section id="{section.Id}" aria-labelledby="{section.Id}-title">
        <h2 id="{section.Id}-title">{section.Title}</h2>
        {(section.Introduction is null ? null : Html.Of($"""<p class="introduction">{section.Introduction}</p>"""))}
        {section.Parts}
        </section>

        """);

    private static string Resource(string name)
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
