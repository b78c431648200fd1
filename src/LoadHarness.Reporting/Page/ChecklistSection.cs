using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Page;

/// <summary>Every line of the requirements with its evidence, grouped by the letters of its id.</summary>
internal static class ChecklistSection
{
    private static readonly Dictionary<string, string> Groups = new()
    {
        ["IX"] = "indexes", ["PT"] = "partitions", ["BF"] = "bulk functions", ["SG"] = "segmentation", ["CF"] = "connections and settings",
        ["KM"] = "monitoring", ["MO"] = "monitoring",
        ["AN"] = "analytics", ["MA"] = "maintenance", ["EX"] = "extensions", ["JB"] = "scheduled jobs", ["TQ"] = "response times",
        ["SC"] = "scale", ["MS"] = "milestones",
        ["CARD"] = "the product", ["OP"] = "operation", ["FI"] = "files", ["SV"] = "security",
        ["RE"] = "resources", ["ER"] = "expected results", ["HI"] = "health", ["DP"] = "delivery", ["QA"] = "quality",
    };

    public static Section? Of(RunResult run) => run.Checklist.Count == 0
        ? null
        : new(
            "checklist",
            "Checklist",
            $"Every line of the requirements: {Tally(run.Checklist)}.",
            [
                Html.Of($"""
                    <p>{HtmlComponents.Links(run.Checklist.GroupBy(Letters).Select(group => Html.Of($"""
                        <a href="#{Place(group.First())}">{Title(group.Key)}</a>: {Met(group)} of {group.Count()} met
                        """)))}</p>
                    """),
                HtmlComponents.Table("Checklist", ["Id", "Claim", "Verdict", "Evidence"], run.Checklist.Select(check => Row(run, check)),
                    "sortable"),
            ]);

    private static IReadOnlyList<Cell> Row(RunResult run, Verdict check) =>
    [
        Html.Of($"""
            <span id="{Place(check)}">{(run.Verdicts.Any(verdict => verdict.Id == check.Id)
                ? Html.Of($"""<a href="#{Trail.Place(check)}">{check.Id}</a>""")
                : Html.Of($"{check.Id}"))}</span>
            """),
        Html.Of($"{Plain.Cut(check.Title, 200)}"),
        Scoreboard.Badge(check.Kind),
        Html.Of($"{Plain.Cut(string.Join("; ", [check.Evidence.TrimEnd('.'), .. check.Caveats]), 2_000)}"),
    ];

    private static string Tally(IEnumerable<Verdict> checks) => string.Join(", ", checks.GroupBy(check => check.Kind)
        .OrderBy(group => group.Key).Select(group => $"{group.Count()} {Scoreboard.Word(group.Key)}"));

    private static int Met(IEnumerable<Verdict> checks) => checks.Count(check => check.Kind == VerdictKind.Met);

    private static string Place(Verdict check) => $"check-{Slug.Of(check.Id)}";

    private static string Letters(Verdict check) => check.Id.Split('-')[0];

    private static string Title(string letters) => Groups.TryGetValue(letters, out var name) ? $"{letters}, {name}" : letters;
}
