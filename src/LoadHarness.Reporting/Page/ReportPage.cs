using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Page;

/// <summary><c>report.html</c>: one file that needs no network and no script.</summary>
internal static class ReportPage
{
    public static string Render(RunResult run)
    {
        var sections = new[]
        {
            TargetSection.Of(run),
            NoteSection.Of(run),
            ScenarioSection.Of(run),
            DatabaseSection.Of(run),
            StatementSection.Of(run),
            ChecklistSection.Of(run),
            SeedSection.Of(run),
            StageSection.Of(run),
            EnvironmentSection.Of(run),
        }.OfType<Section>().ToList();

        var page = Template.Render("page", new
        {
            run.Identity.Id,
            Css = new Html(Template.Resource("report.css")),
            FirstScreen = FirstScreen.Of(run),
            Definitions = Template.Render("definitions", new { }),
            Sections = sections,
            run.Identity.ToolVersion,
            Verdict = RunOutcome.Of(run).Word,
        });
        return page.Text;
    }
}
