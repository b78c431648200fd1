namespace LoadHarness.Core.Comparing;

/// <summary>Why operations got worse on B, the likeliest cause first: what explains a change stands before the change.</summary>
public static class Causes
{
    /// <returns>
    /// Sentences: of operations that fail, which say why themselves; then about the whole server; then one for each operation that got
    /// worse, the worst first.
    /// </returns>
    public static IReadOnlyList<string> Of(ArmComparison comparison)
    {
        if (comparison.WorseOperations.Count == 0) return [];
        var failing = comparison.FailsOnB.Select(fault => fault.Operation).ToList();
        return
        [
            .. failing.Select(operation => OfOperation(comparison, operation)),
            .. Settings(comparison),
            .. Locks(comparison.LockWaits),
            .. comparison.Statistics.Where(table => table.MayExplainB).Select(table => table.Sentence()),
            .. comparison.Indexes.Where(index => index.B is null).Select(index => $"B has no index {index.Index}."),
            .. comparison.WorseOperations.Except(failing)
                .OrderByDescending(operation => Severity(comparison, operation))
                .Select(operation => OfOperation(comparison, operation)),
        ];
    }

    private static IEnumerable<string> Settings(ArmComparison comparison)
    {
        var (a, b) = (comparison.ServerA.Settings, comparison.ServerB.Settings);
        foreach (var name in a.Keys.Union(b.Keys).Order(StringComparer.Ordinal))
        {
            var (before, after) = (a.GetValueOrDefault(name, "the default"), b.GetValueOrDefault(name, "the default"));
            if (before != after) yield return $"The setting {name} is {before} on A and {after} on B.";
        }
    }

    private static IEnumerable<string> Locks(LockWaits waits)
    {
        if (waits.ArePlain) yield return waits.Sentence();
    }

    private static string OfOperation(ArmComparison comparison, string operation)
    {
        List<string> parts =
            [.. comparison.FailsOnB.Where(fault => fault.Operation == operation).Select(fault => $"fails on B: {fault.Words}")];
        if (comparison.Plans.FirstOrDefault(plan => IsOf(comparison, plan, operation)) is { } plan) parts.Add(PlanSentence(plan));
        parts.AddRange(comparison.Counters.Where(change => change.Operation == operation && change.IsWorse).OrderByDescending(Factor)
            .Select(CounterSentence));
        parts.AddRange(comparison.Times.Where(time => time.Operation == operation && time.IsShownSlower).Select(time =>
            $"{time.Metric} {time.A:0.###} to {time.B:0.###} ms, {time.Sentence()}"));
        return $"{operation}: {string.Join("; ", parts)}.";
    }

    // Records of earlier versions have the name of the statement alone, which is that of an operation in more than one scenario. Of a
    // workload of one's own, several statements of one operation have its name before them.
    private static bool IsOf(ArmComparison comparison, PlanChange plan, string operation)
    {
        if (plan.SentBy.Count > 0) return plan.SentBy.Contains(operation);
        var name = operation[(operation.IndexOf('/', StringComparison.Ordinal) + 1)..];
        return plan.Operation == name
            || (comparison.Workload is not null && plan.Operation.StartsWith($"{name}, ", StringComparison.Ordinal));
    }

    private static string PlanSentence(PlanChange plan)
    {
        var nodes = $"its plan changed from {Nodes(plan.LostNodes)} to {Nodes(plan.NewNodes)}";
        return plan.Partitions is not { } partitions ? nodes
            : plan.LostNodes.Count + plan.NewNodes.Count == 0 ? partitions.ToString()
            : $"{nodes}, {partitions}";
    }

    private static string Nodes(IReadOnlyList<string> nodes) => nodes.Count == 0
        ? "a plan with nothing else"
        : string.Join(", ", nodes.Take(3));

    private static string CounterSentence(CounterChange change)
    {
        var factor = change.Ratio is { } ratio ? $"{ratio:0.##} times" : "from none";
        var where = change.Statement is { } statement ? $" in \"{Cut(statement)}\"" : "";
        return $"{change.Counter} a call {change.A:0.#} to {change.B:0.#} ({factor}){where}";
    }

    private static string Cut(string statement) => statement.Length <= 120 ? statement : statement[..120] + "...";

    /// <summary>What there was none of before is worse than any factor that comes up.</summary>
    private static double Factor(CounterChange change) => change.Ratio ?? 100;

    private static double Severity(ArmComparison comparison, string operation) => comparison.Counters
        .Where(change => change.Operation == operation && change.IsWorse).Select(Factor)
        .Concat(comparison.Times.Where(time => time.Operation == operation && time.IsShownSlower).Select(time => time.Ratio))
        .Max();
}
