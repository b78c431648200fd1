using LoadHarness.Core.Comparing.Runs;
using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Page.SideBySide;

/// <summary>Plans that became others, with the nodes that went and came; the texts of both open below.</summary>
internal static class PlanColumns
{
    private const int LongestPlan = 8_000;
    private const int MostOpened = 40;

    public static Section? Of(IReadOnlyList<ComparedPair> pairs) => pairs.All(pair => pair.Comparison.Plans.Count == 0)
        ? null
        : new("plans", "Plans", "Another fingerprint is another plan, inside functions too.", [.. pairs.SelectMany(Parts)]);

    private static IEnumerable<Html> Parts(ComparedPair pair)
    {
        var (plans, changed) = (pair.Comparison.Plans, pair.Comparison.Plans.Where(plan => !plan.IsSame).ToList());
        yield return HtmlComponents.Heading($"{pair.B} against A", $"{plans.Count - changed.Count} of {plans.Count} plans are the same.",
            pair.Place("plans"));
        if (changed.Count == 0) yield break;
        yield return HtmlComponents.Table($"Plans, {pair.B} against A", ["Query", "Only in A", $"Only in {pair.B}", "A", pair.B],
            changed.Select(plan => (IReadOnlyList<Cell>)
            [
                new Name(plan.Query), Nodes(plan, plan.Change?.LostNodes), Nodes(plan, plan.Change?.NewNodes), Time(plan.A), Time(plan.B),
            ]));
        foreach (var plan in changed.Where(plan => plan is { A: not null, B: not null }).Take(MostOpened))
        {
            yield return HtmlComponents.Folded($"Both plans of {plan.Query}", Html.Of($"""
                <div class="pair"><div><h4>A</h4>{Text(pair, plan, "A", plan.A!)}</div>
                <div><h4>{pair.B}</h4>{Text(pair, plan, pair.B, plan.B!)}</div></div>
                """));
        }
    }

    private static Html Nodes(RunPlan plan, IReadOnlyList<string>? nodes) => nodes switch
    {
        null when plan.A is null => Html.Of($"not taken in A"),
        null when plan.B is null => Html.Of($"not taken there"),
        null or { Count: 0 } => Html.Of($"–"),
        _ => Html.Of($"""
            {HtmlComponents.Links(nodes.Take(6).Select(node => Html.Of($"{Plain.Cut(node, 160)}")))}
            {(nodes.Count > 6 ? $"and {nodes.Count - 6} more" : "")}
            """),
    };

    private static string Time(QueryPlan? plan) => plan is null ? "–" : Format.Duration(plan.ExecutionTime);

    private static Html Text(ComparedPair pair, RunPlan plan, string run, QueryPlan text)
    {
        var whole = string.Join("\n\n", text.Inner.Select(inner => inner.Text).Prepend(text.Text));
        var label = $"Plan of {plan.Query}, {run}, beside {pair.B}";
        return Html.Of($"""<pre class="scroll" role="region" tabindex="0" aria-label="{label}">{Plain.Cut(whole, LongestPlan)}</pre>""");
    }
}
