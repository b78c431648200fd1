using LoadHarness.Core.Input;

namespace LoadHarness.Core.Measurement;

/// <summary>Whether the stretches of an operation follow each other within its scenario and hold what they say.</summary>
internal static class StretchCheck
{
    public static IEnumerable<InputFault> Faults(string path, OperationResult operation, long seconds)
    {
        if (operation.Timeline.Count > OperationStretch.Most)
            yield return new(path, $"there are {operation.Timeline.Count}", $"Allowed: at most {OperationStretch.Most}");
        var (next, completed) = (0L, 0L);
        foreach (var (index, stretch) in operation.Timeline.Index())
        {
            if (stretch.Second < next || stretch.Second >= seconds)
                yield return new($"{path}[{index}].second", $"it is {stretch.Second}",
                    $"Allowed: from {next}, the end of the one before, to the last of the {seconds} seconds of the scenario");
            if (stretch.Seconds < 1 || stretch.Seconds != operation.Timeline[0].Seconds)
                yield return new($"{path}[{index}].seconds", $"it is {stretch.Seconds}", "Allowed: a number above 0, the same for all");
            next = (long)stretch.Second + stretch.Seconds;
            completed += stretch.Completed;
            if (ScenarioCheck.Attempt($"{path}[{index}].buckets", () => HistogramCodec.CountOf(stretch.Buckets),
                out var count) is { } fault)
                yield return fault;
            else if (count != stretch.Completed || count == 0)
                yield return new($"{path}[{index}].completed", $"it is {stretch.Completed} for {count} times",
                    "Allowed: one time for each, one or more");
        }

        if (completed > operation.Accounting.Completed)
            yield return new(path, $"they hold {completed} of {operation.Accounting.Completed} completed requests", "Allowed: at most all");
    }
}
