using LoadHarness.Checks.Verification;
using LoadHarness.Core.Targets;

namespace LoadHarness.Cli.Options;

/// <summary>The ids of <c>--require</c>.</summary>
internal static class RequiredIds
{
    private const string All = "all";

    /// <summary>Of the targets, and of the requirements, which <c>verify</c> and the checklist of a run on the CRM look at.</summary>
    /// <param name="ofWorkload">A run of a workload has no checklist: there nothing could ever meet a requirement.</param>
    public static IReadOnlyList<string> Known(IReadOnlyList<Target> targets, bool ofWorkload) =>
        [.. targets.Select(target => target.Id).Union(ofWorkload ? [] : Requirements.All.Select(requirement => requirement.Id))];

    /// <param name="known">Every id that may be named.</param>
    /// <returns>The ids as the targets write them; the word <c>all</c> stays as it is, because the verb knows what all are.</returns>
    public static IReadOnlyList<string> Read(string? text, IReadOnlyList<string> known, List<string> errors)
    {
        if (text is null) return [];
        var ids = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (ids.Count == 0) errors.Add("--require: no id is named. Give all, or ids such as TQ-1,TQ-2.");
        var unknown = ids.Where(id => !IsAll(id) && !known.Contains(id, StringComparer.OrdinalIgnoreCase)).ToList();
        if (unknown.Count > 0)
            errors.Add($"--require '{string.Join(',', unknown)}': there is no such target. "
                + $"Give all, or ids such as {string.Join(',', known.Take(2))}.");
        return ids.Any(IsAll) ? [All] : [.. known.Where(id => ids.Contains(id, StringComparer.OrdinalIgnoreCase))];
    }

    /// <param name="judged">What all are for this verb.</param>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> required, IEnumerable<string> judged) => required is [All]
        ? [.. judged]
        : required;

    private static bool IsAll(string id) => string.Equals(id, All, StringComparison.OrdinalIgnoreCase);
}
