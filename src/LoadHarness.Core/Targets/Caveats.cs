using LoadHarness.Core.Measurement;

namespace LoadHarness.Core.Targets;

/// <summary>What a reader must know beside a figure.</summary>
internal static class Caveats
{
    public static IReadOnlyList<string> Of(RunResult run, Target target, Accounting accounting)
    {
        var caveats = new List<string>();
        if (run.Seed is { } seed && seed.Contacts < target.ClaimedAtContacts)
            caveats.Add($"measured at {seed.Contacts:N0} leads; the claim is for {target.ClaimedAtContacts:N0}");
        if (accounting.Failed > 0) caveats.Add($"{accounting.Failed:N0} requests failed");
        if (accounting.Skipped > 0) caveats.Add($"{accounting.Skipped:N0} requests were skipped at the limit in flight");
        return caveats;
    }
}
