using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Page;

/// <summary>
/// Claims of "so much faster" or "so much smaller": what was compared, in turns, with the interval; and what was not, with what would show
/// it.
/// </summary>
internal static class ClaimSection
{
    public static Section? Of(RunResult run)
    {
        var claims = run.Verdicts.Where(IsClaim(run)).ToList();
        if (claims.Count == 0) return null;
        var shown = claims.Where(claim => run.Comparisons.Any(comparison => comparison.Id == claim.Id)).ToList();
        var parts = new List<Html>();
        if (shown.Count > 0)
            parts.Add(HtmlComponents.Table(
                "Claims that were compared", ["Claim", "Verdict", "Change", "95% interval", "Limit", "Rounds", "Compared"],
                shown.Select(Row)));
        var others = claims.Except(shown).ToList();
        if (others.Count > 0)
        {
            var links = HtmlComponents.Links(others.Select(claim => HtmlComponents.Link(Trail.Place(claim), claim.Id)));
            parts.Add(Html.Of($"""
                <p>Not compared in this run: {links}. Each needs both ways measured in turns on the same data;
                its row in the scoreboard says what would judge it.</p>
                """));
        }
        return new("claims", "Claims",
            "Both ways are measured in turns on the same data in one run, so that the machine's mood meets both alike.", parts);
    }

    private static Func<Verdict, bool> IsClaim(RunResult run) => verdict =>
        verdict.Id.StartsWith("ER-", StringComparison.Ordinal) || verdict.Id.StartsWith("RE-", StringComparison.Ordinal)
            || run.Comparisons.Any(comparison => comparison.Id == verdict.Id);

    private static IReadOnlyList<Cell> Row(Verdict claim) =>
    [
        Html.Of($"""<a href="#{Trail.Place(claim)}">{claim.Id}</a> {Plain.Cut(claim.Title, 200)}"""),
        Scoreboard.Badge(claim.Kind),
        VerdictWords.Figure(claim),
        Format.Interval(claim.Interval, claim.Unit, claim.Limit),
        Format.Limit(claim),
        Format.Count(claim.Samples),
        Plain.Cut(claim.Evidence, 600),
    ];
}
