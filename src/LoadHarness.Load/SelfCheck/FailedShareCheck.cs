using LoadHarness.Core.Measurement;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;
using LoadHarness.Load.Clocks;

namespace LoadHarness.Load.SelfCheck;

/// <summary>
/// Shares of requests that come to nothing, around the share that is allowed: the engine counts them, and the one judge decides.
/// </summary>
internal static class FailedShareCheck
{
    private const int Requests = 1000;
    private static readonly Target Any = new(
        "SELF", "Any response time", Statistic.ResponseP95, 60, LimitDirection.AtMost, "s", "shares", MinimumSamples: 100);

    private static readonly (int Lost, VerdictKind Expected)[] Cases =
        [(0, VerdictKind.Met), (9, VerdictKind.Met), (10, VerdictKind.Met), (11, VerdictKind.Missed), (500, VerdictKind.Missed)];

    public static async Task<Verdict> RunAsync(CancellationToken cancellationToken)
    {
        var wrong = new List<string>();
        foreach (var unanswered in (bool[])[false, true])
            foreach (var (lost, expected) in Cases)
            {
                var kind = await JudgedAsync(lost, unanswered, cancellationToken);
                if (kind != expected)
                    wrong.Add($"{lost} of {Requests} {(unanswered ? "unanswered" : "failed")}: "
                        + $"{CheckReport.Word(kind)} instead of {CheckReport.Word(expected)}");
            }

        return Verdict.Counted(
            "SELF-FAILED-SHARE", "Shares of lost requests, around the one that is allowed, that are judged wrongly",
            wrong.Count, Limit.AtMost(0, "shares"), 2 * Cases.Length,
            wrong.Count > 0 ? string.Join("; ", wrong)
                : $"0, 9, 10, 11 and 500 of {Requests}, failed and without a response: met up to 1%, missed beyond");
    }

    private static async Task<VerdictKind> JudgedAsync(int lost, bool unanswered, CancellationToken cancellationToken)
    {
        var never = new TaskCompletionSource<IResponse>();
        using var clock = new SystemLoadClock();
        var options = new LoadRunnerOptions { DrainTime = TimeSpan.FromMilliseconds(300), CancelTime = TimeSpan.FromMilliseconds(50) };
        var results = await new LoadRunner(clock, options).RunAsync(
            [
                Scenario.Create("shares", context =>
                    context.InvocationNumber >= lost ? Response.OkTask()
                    : unanswered ? never.Task
                    : Task.FromResult(Response.Fail("refused")))
                        .WithLoadSimulations(Simulation.IterationsForInject(10_000, TimeSpan.FromSeconds(1), Requests)),
            ],
            null,
            cancellationToken);
        var run = new RunResult
        {
            Identity = new("selfcheck", clock.UtcNow, TimeSpan.Zero, "", "", "", 0, null),
            Options = new Dictionary<string, string>(),
            Host = new("", "", Environment.ProcessorCount, 0, "", false),
            Scenarios = results,
        };
        return TargetJudge.Decide(run, [Any])[0].Kind;
    }
}
