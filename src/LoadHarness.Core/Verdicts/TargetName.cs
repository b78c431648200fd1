namespace LoadHarness.Core.Verdicts;

/// <summary>
/// What makes a target the same one in two runs. With another targets file the same id may stand for another statistic or scenario.
/// </summary>
/// <param name="Direction">Null where the verdict has no limit.</param>
/// <param name="Statistic">With its scenario, such as <c>p95 of lead-queries</c>; null where the verdict does not say it.</param>
public sealed record TargetName(string Id, string Title, string Unit, LimitDirection? Direction, string? Statistic)
{
    public static TargetName Of(Verdict verdict) => new(
        verdict.Id, verdict.Title, verdict.Unit, verdict.Limit is null ? null : verdict.Direction, StatisticOf(verdict));

    /// <summary>Whether figures of both may be compared. What one of them does not say is not held against the other.</summary>
    public bool IsSameAs(TargetName other) =>
        (Id, Title, Unit) == (other.Id, other.Title, other.Unit)
        && (Direction is null || other.Direction is null || Direction == other.Direction)
        && (Statistic is null || other.Statistic is null || Statistic == other.Statistic);

    // Of a target of all operations the slowest one is judged: which one that was may differ from run to run.
    private static string? StatisticOf(Verdict verdict)
    {
        if (verdict is not { Subject: { } subject, Source: { } source }) return null;
        var end = subject.LastIndexOf(' ');
        var operation = end < 0 ? "" : subject[..end];
        return operation.Length > 0 && source.EndsWith($"/{operation}", StringComparison.Ordinal)
            ? $"{subject[(end + 1)..]} of {source[..^(operation.Length + 1)]}"
            : $"{subject} of {source}";
    }
}
