using LoadHarness.Core.Measurement;

namespace LoadHarness.Core.Targets;

/// <summary>What a reader must know with a figure.</summary>
internal static class Caveats
{
    public static IReadOnlyList<string> Of(RunResult run, Target target, Accounting accounting) =>
        [.. Scale(run, target), .. FailedShare.Caveats(accounting)];

    private static IEnumerable<string> Scale(RunResult run, Target target)
    {
        if (run.Seed is not { } seed) yield break;
        if (!seed.Spread.IsOne())
            yield return $"measured at {seed.Scale()}, {seed.LeadsOfLargest():N0} in the largest; the claim is for "
                + $"{(target.ClaimedAtContacts > 0 ? $"{target.ClaimedAtContacts:N0} in " : "")}one";
        else if (seed.LeadsOfLargest() < target.ClaimedAtContacts)
            yield return $"measured at {seed.LeadsOfLargest():N0} leads; the claim is for {target.ClaimedAtContacts:N0}";
    }
}
