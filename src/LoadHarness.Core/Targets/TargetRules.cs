using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Targets;

/// <summary>What one target may say. Each error names the field, its value and what is allowed.</summary>
internal static class TargetRules
{
    private const double LargestLimit = 1e12;

    /// <summary>In milliseconds: what took longer is recorded as if it had taken so long, and would lie within any higher limit.</summary>
    private const double LargestTimeLimit = HistogramBuckets.Longest / 1e6;

    public static IEnumerable<string> Errors(Target target, IReadOnlyDictionary<string, IReadOnlyCollection<string>>? operations) =>
        [.. Text(target), .. Numbers(target), .. Statistics(target), .. Names(target, operations)];

    private static IEnumerable<string> Text(Target target)
    {
        if (string.IsNullOrWhiteSpace(target.Id)) yield return Error("id", target.Id, "a short name such as TQ-1");
        if (string.IsNullOrWhiteSpace(target.Title)) yield return Error("title", target.Title, "a sentence");
    }

    private static IEnumerable<string> Numbers(Target target)
    {
        if (!(target.Limit >= 0 && target.Limit <= LargestLimit))
            yield return Error("limit", target.Limit, $"a number from 0 to {LargestLimit:0}");
        else if (target.Limit == 0 && target.Direction == LimitDirection.AtLeast)
            yield return Error("limit", target.Limit, "above 0: at least 0 is always met");
        else if (IsTime(target) && TimeUnit.Milliseconds(target.Unit) is { } one && target.Limit * one > LargestTimeLimit)
            yield return Error("limit", target.Limit,
                $"at most {LargestTimeLimit / one:0} {target.Unit}, since a longer response time is recorded as one hour");
        if (target is { Unit: "%", Limit: > 100 }) yield return Error("limit", target.Limit, "a percentage from 0 to 100");
        if (target.MinimumSamples is < 1 or > 1_000_000_000) yield return Error("minimumSamples", target.MinimumSamples, "1 to 1000000000");
        if (target.ClaimedAtContacts is < 0 or > 1_000_000_000)
            yield return Error("claimedAtContacts", target.ClaimedAtContacts, "0 to 1000000000");
        if (target.ClaimedItems is < 0 or > 1_000_000_000) yield return Error("claimedItems", target.ClaimedItems, "0 to 1000000000");
    }

    private static IEnumerable<string> Statistics(Target target)
    {
        var isTime = IsTime(target);
        var word = char.ToLowerInvariant(target.Statistic.ToString()[0]) + target.Statistic.ToString()[1..];
        if (isTime && !TimeUnit.Is(target.Unit)) yield return Error("unit", target.Unit, $"ms or s for the statistic {word}");
        if (!isTime && string.IsNullOrWhiteSpace(target.Unit)) yield return Error("unit", target.Unit, "a word such as users");
        if (target is { Statistic: Statistic.CompletedPerMinute, Unit: not "requests/min" })
            yield return Error("unit", target.Unit, "requests/min for the statistic completedPerMinute");
        if (isTime && target.Direction != LimitDirection.AtMost)
            yield return Error("direction", "atLeast", $"atMost for the statistic {word}");
        if (!isTime && target is { Statistic: not Statistic.Comparison, Direction: LimitDirection.AtMost })
            yield return Error("direction", "atMost", $"atLeast for the statistic {word}");
        if (target is { ClaimedItems: > 0 } && !isTime)
            yield return Error("claimedItems", target.ClaimedItems, $"0 for the statistic {word}");
    }

    private static IEnumerable<string> Names(Target target, IReadOnlyDictionary<string, IReadOnlyCollection<string>>? operations)
    {
        var isOfScenario = target.Statistic is not (Statistic.Contacts or Statistic.ContactsWithAllTargetsMet or Statistic.Comparison);
        if (isOfScenario && target.Scenario is null) yield return Error("scenario", null, "the name of a scenario for this statistic");
        if (!isOfScenario && target.Scenario is { } none)
            yield return Error("scenario", none, "nothing: this statistic is about the whole run");
        if (target.Operation is { } operation && !IsTime(target))
            yield return Error("operation", operation, "nothing: this statistic is about the whole scenario");
        if (operations is null || !isOfScenario || target.Scenario is not { } scenario) yield break;
        if (!operations.TryGetValue(scenario, out var known)) yield return Error("scenario", scenario, OneOf(operations.Keys));
        else if (target.Operation is { } name && !known.Contains(name)) yield return Error("operation", name, OneOf(known));
    }

    private static bool IsTime(Target target) =>
        target.Statistic is Statistic.ResponseP95 or Statistic.ResponseP99 or Statistic.ResponseMean;

    private static string OneOf(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal));

    private static string Error(string field, object? value, string allowed) =>
        $"{field}: '{value ?? "null"}' is wrong; allowed: {allowed}.";
}
