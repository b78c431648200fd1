using System.Security.Cryptography;
using System.Text;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting.Page.Compared;
using LoadHarness.Reporting.Page.History;

namespace LoadHarness.Reporting.Page;

/// <summary>
/// <c>report.html</c>: one file, whole without network and script. Its own policy forbids every request; the script adds read-outs, zoom,
/// search and sorting.
/// </summary>
internal static class ReportPage
{
    private static readonly string Style = Resource("report.css");
    private static readonly string Script = Resource("report.js");

    /// <summary>Of the program that makes the page, which may be newer than the one that measured.</summary>
    private static readonly string Version = typeof(ReportPage).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    public static string Render(RunResult run, Companions? companions = null)
    {
        var others = companions ?? Companions.None;
        var trail = new Trail(run, others);
        var sections = new[]
        {
            Scoreboard.Of(run, trail),
            BaselineSection.Of(run),
            NoteSection.Of(run),
            RunTimeline.Of(run),
            ScenarioSection.Of(run, trail),
            AgentSection.Of(run),
            Kept(record => record.Proof, record => ProofSection.Of(record, run)) ?? ClaimSection.Of(run),
            Kept(record => record.Growth, GrowthSection.Of),
            HistorySection.Of(run, others),
            Kept(record => record.Headroom, HeadroomSection.Of),
            Kept(record => record.Ledger, LedgerSection.Of),
            Kept(record => record.GateRates, GateRateSection.Of),
            ArmSection.Of(run),
            DatabaseSection.Of(run, trail),
            StatementSection.Of(run, trail),
            ChecklistSection.Of(run),
            SeedSection.Of(run),
            EnvironmentSection.Of(run),
            Definitions.Section,
        }.OfType<Section>().ToList();
        var outcome = RunVerdict.Of(run);
        return Frame($"{outcome.Word}: LoadHarness run {run.Identity.Id}", Html.Of($"""<a class="word is-{outcome.Class}" """
            + $"""href="#verdict">{HtmlComponents.Symbol(outcome.Symbol)} {outcome.Word}</a>"""), VerdictBand.Of(run), sections,
            Html.Of($"""Rendered by LoadHarness {Version} from <code>run.json</code>, which holds every figure of this """
                + $"""page{(others == Companions.None ? null : Html.Of($", and from those of the runs that its chapters name"))}."""));

        Section? Kept(Func<RunResult, object?> chapter, Func<RunResult, Section?> section) =>
            others.With(run, chapter) is { } record ? Origin(run, record, section(record)) : null;
    }

    /// <summary>Whose chapter it is, where it is not this run's own.</summary>
    private static Section? Origin(RunResult run, RunResult record, Section? section) => section is null || ReferenceEquals(run, record)
        ? section
        : section with
        {
            Introduction = $"From {record.Identity.Id}, {RunCircumstances.Machine(record)}, commit {RunCircumstances.Commit(record)}. "
                + $"{section.Introduction}",
        };

    /// <summary>The same frame for every page of this program.</summary>
    /// <param name="word">At the left of the bar, where it stays in sight.</param>
    /// <param name="last">What the page was made from.</param>
    public static string Frame(string title, Html word, Html first, IReadOnlyList<Section> sections, Html last) => Html.Of($"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy"
            content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{Hash(Script)}'; img-src data:">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{title}</title>
        <link rel="icon" href="data:,">
        <style>
        {Html.Trusted(Style)}
        </style>
        </head>
        <body>
        <a class="skip" href="#{sections[0].Id}">Skip to {sections[0].Title}</a>
        <svg class="defs" width="0" height="0" aria-hidden="true" focusable="false"><defs><pattern id="hatch" width="8" height="8"
            patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V8" class="l-muted" stroke="#8b929c"
            stroke-width="3"/></pattern></defs></svg>
        <div class="bar" role="navigation" aria-label="Contents"><div class="kept">{word} <a class="up" href="#contents">Contents</a></div>
            <ul id="contents">{sections.Select(section => Html.Of($"""<li><a href="#{section.Id}">{section.Title}</a></li>"""))}</ul></div>
        <header class="page-width">
        {first}
        </header>
        <main class="page-width">
        {sections.Select(Chapter)}
        </main>
        <footer class="page-width"><p>{last}</p></footer>
        <script>{Html.Trusted(Script)}</script>
        </body>
        </html>

        """).Text;

    private static Html Chapter(Section section) => Html.Of($"""
        <section id="{section.Id}" aria-labelledby="{section.Id}-title">
        <h2 id="{section.Id}-title">{section.Title}</h2>
        {(section.Introduction is null ? null : Html.Of($"""<p class="introduction">{Plain.Cut(section.Introduction, 1_000)}</p>"""))}
        {section.Parts}
        </section>

        """);

    /// <summary>The policy allows this very script and no other.</summary>
    private static string Hash(string script) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));

    private static string Resource(string name)
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded in the assembly.");
        using var reader = new StreamReader(stream);
        // A browser hashes the script with the line breaks that HTML has, whatever those of the checkout were.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
