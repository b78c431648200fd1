using LoadHarness.Core.Measurement;

namespace LoadHarness.Core.Comparing.Runs;

/// <summary>Bytes of relations and single indexes after the scenarios of two runs.</summary>
internal static class SizeChanges
{
    public static IReadOnlyList<RunChange> Of(RunResult a, RunResult b)
    {
        var (before, after) = (Sizes(a), Sizes(b));
        return
        [
            .. before.Keys.Union(after.Keys)
                .Select(key => Change(key.Name, key.Kind, before.GetValueOrDefault(key), after.GetValueOrDefault(key)))
                .OrderBy(OperationChanges.Rank).ThenByDescending(OperationChanges.Size),
        ];
    }

    private static RunChange Change(string name, string kind, long? a, long? b) => a is { } before && b is { } after
        ? StatementChanges.Counter(name, kind, "bytes", before, after)
        : new(name, kind, "bytes", a, b, null, ChangeWords.OfCost);

    private static Dictionary<(string Name, string Kind), long?> Sizes(RunResult run) => (run.Observation?.Sizes ?? [])
        .Select(size => (size.Relation, size.Kind, size.BytesAfter))
        .Concat((run.Observation?.Indexes ?? []).Select(index => (index.Index, $"index of {index.Table}", index.BytesAfter)))
        .GroupBy(size => (size.Item1, size.Item2)).ToDictionary(group => group.Key, group => (long?)group.First().BytesAfter);
}
