using LoadHarness.Core.Measurement;

namespace LoadHarness.Core.Comparing.Runs;

/// <summary>Why figures of a run must not be trusted, whatever they are held against.</summary>
/// <param name="State">incomplete or invalid.</param>
/// <param name="Why">In sentences.</param>
public sealed record RunFault(string State, string Why)
{
    internal static IReadOnlyList<RunFault> Of(RunResult run) => [.. All(run)];

    /// <summary>"B is invalid: The hypervisor took 12% of the CPU."</summary>
    /// <param name="run">What the run is called.</param>
    public string Sentence(string run) => $"{run} is {State}: {Why}";

    private static IEnumerable<RunFault> All(RunResult run)
    {
        if (run.IncompleteReason is { } reason) yield return new("incomplete", Ended(reason));
        if (run.Invalid.Count > 0) yield return new("invalid", string.Join(" ", run.Invalid.Select(Ended)));
    }

    private static string Ended(string text) => text.EndsWith('.') ? text : text + ".";
}
