using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;
using LoadHarness.Load.OtherEngines;
using NBomber.CSharp;
using Theirs = NBomber.Contracts;

namespace LoadHarness.NBomber;

/// <summary>Runs the same scenarios on NBomber, through the part of its interface that its versions share.</summary>
public static class NBomberLoadRunner
{
    private const string Interrupted = "Interrupted before the load had ended.";

    /// <param name="reportDirectory">For NBomber's own report. It deletes what is in there: give a directory of its own.</param>
    /// <param name="measuring">Called once, when the first measured request begins.</param>
    /// <exception cref="Core.HarnessException">A simulation that NBomber does not have.</exception>
    public static IReadOnlyList<ScenarioResult> Run(
        IReadOnlyList<ScenarioProps> scenarios, ulong seed, string reportDirectory, Action measuring, CancellationToken cancellationToken)
    {
        using var clock = new SystemLoadClock();
        var once = new Lazy<bool>(() =>
        {
            measuring();
            return true;
        });
        var foreign = scenarios.Select(s => new ForeignScenario(s, seed, clock, () => _ = once.Value)).ToList();
        NBomberRunner.RegisterScenarios([.. foreign.Select(f => Translate(f, seed, cancellationToken))])
            .WithTestSuite("LoadHarness")
            .WithTestName("run")
            .WithReportFolder(reportDirectory)
            .Run();
        return [.. foreign.Select(f => f.Result("NBomber", cancellationToken.IsCancellationRequested ? Interrupted : null))];
    }

    private static Theirs.ScenarioProps Translate(ForeignScenario foreign, ulong seed, CancellationToken cancellationToken)
    {
        var scenario = foreign.Scenario;
        var context = new InitContext(scenario.Name, seed, cancellationToken);
        var budget = IterationBudget.Of(scenario);
        var theirs = global::NBomber.CSharp.Scenario.Create(scenario.Name, async iteration =>
        {
            if (cancellationToken.IsCancellationRequested)
            {
                iteration.StopCurrentTest(Interrupted);
                return global::NBomber.CSharp.Response.Ok();
            }

            // By its name: the versions keep the type in different places.
            var isWarmUp = iteration.ScenarioInfo.ScenarioOperation.ToString() == "WarmUp";
            if (!isWarmUp && !await budget.TakeAsync()) return global::NBomber.CSharp.Response.Ok();
            var response = await foreign.InvokeAsync(isWarmUp, cancellationToken);
            if (!isWarmUp && budget.Finish()) iteration.StopScenario(scenario.Name, "all iterations are done");
            return response.IsError
                ? (Theirs.IResponse)global::NBomber.CSharp.Response.Fail(message: response.Message)
                : global::NBomber.CSharp.Response.Ok();
        });
        if (scenario.Init is { } init) theirs = theirs.WithInit(_ => init(context));
        if (scenario.Clean is { } clean) theirs = theirs.WithClean(_ => clean(context));
        theirs = scenario.WarmUp > TimeSpan.Zero ? theirs.WithWarmUpDuration(scenario.WarmUp) : theirs.WithoutWarmUp();
        return theirs.WithLoadSimulations([.. scenario.Simulations.Select(NBomberSimulations.Translate)]);
    }

    private sealed record InitContext(string ScenarioName, ulong Seed, CancellationToken CancellationToken) : IScenarioInitContext;
}
