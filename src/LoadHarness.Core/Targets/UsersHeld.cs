using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Targets;

/// <summary>Judges how many users were held at once. It is a count: the verdict says what was checked, not an interval.</summary>
internal static class UsersHeld
{
    public static Verdict Decide(RunResult run, ScenarioResult scenario, Target target)
    {
        if (scenario.Users is not { } users)
            return Verdict.Unavailable(target.Id, target.Title, $"{scenario.ForeignEngine ?? "The engine"} does not count users.",
                target.Bound);
        if (scenario.Model == LoadModel.Open)
            return Verdict.Unavailable(target.Id, target.Title, $"{scenario.Name} offers arrivals on a schedule, so it has no users.",
                target.Bound);

        var accounting = scenario.Accounting;
        var verdict = Verdict.Counted(
            target.Id, target.Title, users, target.Bound, accounting.Completed, Evidence(scenario, users), Checked(accounting))
            .Of("simultaneous load", scenario.Name).Qualified(Caveats.Of(run, target, accounting));
        if (FailedShare.Reason(accounting, scenario.Operations.SelectMany(operation => operation.Errors)) is { } reason)
            return verdict.MissedBecause(reason);
        return accounting.Completed < target.MinimumSamples
            ? verdict.UndecidedBecause(
                $"{Format.Counted(accounting.Completed, "request")} completed, at least {Format.Count(target.MinimumSamples)} wanted")
            : verdict;
    }

    private static string Checked(Accounting accounting) =>
        $"{Format.Count(accounting.Completed)} of {Format.Counted(accounting.Scheduled, "request")} succeeded";

    private static string Evidence(ScenarioResult scenario, int users)
    {
        var accounting = scenario.Accounting;
        return $"{users:N0} at once ({scenario.LoadDescription.TrimEnd('.')}): {accounting.Completed:N0} completed, {accounting.Failed:N0} "
            + $"failed, {accounting.Skipped:N0} skipped, {accounting.InFlight:N0} without an answer{Slowest(scenario)}.";
    }

    // The target says nothing of response times; who decides from it must know them all the same.
    private static string Slowest(ScenarioResult scenario) =>
        scenario.Operations.MaxBy(operation => operation.Response.P95) is { Response.P95: { } p95 } slowest
            ? $"; p95 of the slowest operation, {slowest.Name}: {p95.TotalSeconds:N2} s"
            : "";
}
