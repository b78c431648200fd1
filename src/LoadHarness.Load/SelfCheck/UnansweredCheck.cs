using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Load.Clocks;

namespace LoadHarness.Load.SelfCheck;

/// <summary>
/// Requests that never return, iterations that throw, and a server that stands still: how they are counted, whether they dilute the
/// throughput, and whether the live view sees them.
/// </summary>
internal static class UnansweredCheck
{
    private const double Rate = 200;
    private const int Hangs = 20;
    private const int Throws = 10;
    private static readonly TimeSpan During = TimeSpan.FromSeconds(3);
    private static readonly LoadRunnerOptions Impatient = new()
    {
        DrainTime = TimeSpan.FromSeconds(1),
        CancelTime = TimeSpan.FromMilliseconds(100),
    };

    public static async Task<IReadOnlyList<Verdict>> RunAsync(CancellationToken cancellationToken) =>
        [.. await Counts(cancellationToken), await StallSeenLive(cancellationToken)];

    private static async Task<IReadOnlyList<Verdict>> Counts(CancellationToken cancellationToken)
    {
        var planned = (long)(Rate * During.TotalSeconds);
        var never = new TaskCompletionSource<IResponse>();
        using var clock = new SystemLoadClock();
        var results = await new LoadRunner(clock, Impatient).RunAsync(
            [
                Scenario.Create("unanswered", context =>
                    context.InvocationNumber % Hangs == 7 ? never.Task
                    : context.InvocationNumber % Throws == 3 ? throw new InvalidOperationException("thrown")
                    : Response.OkTask()).WithLoadSimulations(Simulation.Inject(Rate, TimeSpan.FromSeconds(1), During)),
            ],
            null,
            cancellationToken);
        var (account, reported) = (results[0].Accounting, results[0].Operations[0].ThroughputPerSecond);
        var truth = new Accounting(planned, planned - (planned / Hangs) - (planned / Throws), planned / Throws, 0, planned / Hangs);
        var evidence = $"{planned} requests, of which {truth.InFlight} never return and {truth.Failed} throw: "
            + $"{account.Completed} completed, {account.Failed} failed, {account.InFlight} without a response; reported {reported:0.0}/s";
        return
        [
            Verdict.Counted(
                "SELF-UNANSWERED", "Requests counted as something else than they were",
                Math.Abs(account.Completed - truth.Completed) + Math.Abs(account.Failed - truth.Failed) + Math.Abs(
                    account.InFlight - truth.InFlight),
                Limit.AtMost(0, "requests"), planned, evidence),
            Verdict.Counted(
                "SELF-UNANSWERED-RATE", "Error of the throughput when requests never return",
                Math.Abs((reported / (truth.Completed / During.TotalSeconds)) - 1) * 100, Limit.AtMost(1, "%"), account.Completed,
                    evidence),
        ];
    }

    private static async Task<Verdict> StallSeenLive(CancellationToken cancellationToken)
    {
        var never = new TaskCompletionSource<IResponse>();
        var stalls = (long)Rate;
        var seen = new Longest();
        using var clock = new SystemLoadClock();
        await new LoadRunner(clock, Impatient).RunAsync(
            [
                Scenario.Create("stalled", context => context.InvocationNumber < stalls ? Response.OkTask() : never.Task)
                    .WithLoadSimulations(Simulation.Inject(Rate, TimeSpan.FromSeconds(1), During + TimeSpan.FromSeconds(1))),
            ],
            seen,
            cancellationToken);
        return Verdict.Counted(
            "SELF-STALL-LIVE", "Live p95 of a server that stands still from the first second on, four seconds in",
            seen.P95.TotalSeconds, Limit.AtLeast(1, "s"), (long)(Rate * 4), "from the age of the requests that have no response");
    }

    private sealed class Longest : IProgress<LoadSnapshot>
    {
        public TimeSpan P95 { get; private set; }

        public void Report(LoadSnapshot value)
        {
            if (value.Elapsed <= TimeSpan.FromSeconds(4) && value.P95 > P95) P95 = value.P95.Value;
        }
    }
}
