using System.Text.Json;
using LoadHarness.Core.Input;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Measurement;

/// <summary>
/// Whether the parts of a recorded run agree with each other. Each part alone was held against its type before; here sums, counts and times
/// that no run can have left are found, before a figure that rests on them is shown.
/// </summary>
public static class RunCheck
{
    /// <summary>The wall clock of a machine may be set while it measures.</summary>
    private static readonly TimeSpan ClockChange = TimeSpan.FromDays(1);

    private static readonly TimeSpan Rounding = TimeSpan.FromSeconds(1);

    public static IEnumerable<InputFault> Faults(RunResult run) =>
    [
        .. EndOf(run),
        .. ScenariosOf(run),
        .. SamplesOf(run),
        .. ShapesOf(run),
        .. VerdictsOf("verdicts", run.Verdicts),
        .. VerdictsOf("checklist", run.Checklist),
    ];

    /// <summary>Of one scenario alone.</summary>
    public static IEnumerable<InputFault> Faults(ScenarioResult scenario) => ScenarioCheck.Faults(scenario.Name, scenario);

    // The exit code of a fault is the run's: it must not say met, nor stand there without its words.
    private static IEnumerable<InputFault> EndOf(RunResult run)
    {
        if (run.Fault is not { } fault) yield break;
        var word = JsonNamingPolicy.CamelCase.ConvertName(fault.ToString());
        if (ExitCodes.IsDecided(fault))
            yield return new("fault", $"it is {word}, which is no fault", "Allowed: fault, badUsage, inconclusive, null");
        if (run.IncompleteReason is null)
            yield return new("fault", $"it is {word}, and incompleteReason is null", "Allowed: null in a run that did not end early");
    }

    private static IEnumerable<InputFault> ScenariosOf(RunResult run)
    {
        foreach (var twice in Twice(run.Scenarios, scenario => scenario.Name)) yield return Double("scenarios", twice);
        foreach (var (index, scenario) in run.Scenarios.Index())
        {
            var path = $"scenarios[{index}]";
            // Shown in seconds: a duration of hours says the same without a unit to guess.
            if (scenario.Measured > run.Identity.Duration + Rounding)
                yield return new($"{path}.measured", $"it is {scenario.Measured.TotalSeconds:0.###} s",
                    $"Allowed: at most the {run.Identity.Duration.TotalSeconds:0.###} s of the whole run");
            foreach (var fault in ScenarioCheck.Faults(path, scenario)) yield return fault;
        }
    }

    private static IEnumerable<InputFault> SamplesOf(RunResult run)
    {
        var (first, last) = (run.Identity.StartedUtc - ClockChange, run.Identity.StartedUtc + run.Identity.Duration + ClockChange);
        foreach (var (index, sample) in (run.Observation?.Samples ?? []).Index())
        {
            if (sample.AtUtc < first || sample.AtUtc > last)
                yield return new($"observation.samples[{index}].atUtc", $"it is {sample.AtUtc:u}, not within the run",
                    $"Allowed: {first:u} to {last:u}");
        }
    }

    private static IEnumerable<InputFault> ShapesOf(RunResult run)
    {
        foreach (var (index, shape) in (run.Seed?.Distributions ?? []).Index())
        {
            if (shape.Labels.Count != shape.Shares.Count)
                yield return new($"seed.distributions[{index}].shares",
                    $"there are {shape.Shares.Count} shares for {shape.Labels.Count} labels", "Allowed: one for each label");
        }
    }

    // What a verdict's figures mean is the judge's business: it decides nothing from an interval that is none.
    private static IEnumerable<InputFault> VerdictsOf(string path, IReadOnlyList<Verdict> verdicts) =>
        Twice(verdicts, verdict => verdict.Id).Select(twice => Double(path, twice));

    internal static IEnumerable<string> Twice<T>(IEnumerable<T> entries, Func<T, string> name) =>
        entries.GroupBy(name, StringComparer.Ordinal).Where(group => group.Skip(1).Any()).Select(group => group.Key);

    internal static InputFault Double(string path, string name) =>
        new(path, $"'{(name.Length > 60 ? name[..60] + "..." : name)}' stands there more than once", "Keep one of them");
}
