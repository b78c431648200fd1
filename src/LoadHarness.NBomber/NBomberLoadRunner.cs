using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;
using LoadHarness.Load.OtherEngines;
using NBomber.CSharp;
using Theirs = NBomber.Contracts;

namespace LoadHarness.NBomber;

/// <summary>Runs the same scenarios on NBomber 4 to 6, through the part of its interface that these versions share.</summary>
public static class NBomberLoadRunner
{
    /// <param name="reportDirectory">For NBomber's own report. It deletes what is in there: give a directory of its own.</param>
    /// <exception cref="Core.HarnessException">A simulation that NBomber does not have.</exception>
    public static IReadOnlyList<ScenarioResult> Run(IReadOnlyList<ScenarioProps> scenarios, ulong seed, string reportDirectory, CancellationToken cancellationToken)
    {
        using var clock = new SystemLoadClock();
        var foreign = scenarios.Select(s => new ForeignScenario(s, seed, clock)).ToList();
        NBomberRunner.RegisterScenarios([.. foreign.Select(f => Translate(f, seed, cancellationToken))])
            .WithTestSuite("LoadHarness")
            .WithTestName("run")
            .WithReportFolder(reportDirectory)
            .Run();
        return [.. foreign.Select(f => f.Result("NBomber"))];
    }

    private static Theirs.ScenarioProps Translate(ForeignScenario foreign, ulong seed, CancellationToken cancellationToken)
    {
        var scenario = foreign.Scenario;
        var context = new InitContext(scenario.Name, seed, cancellationToken);
        var theirs = global::NBomber.CSharp.Scenario.Create(scenario.Name, async _ =>
        {
            var response = await foreign.InvokeAsync(cancellationToken).ConfigureAwait(false);
            return response.IsError ? (Theirs.IResponse)global::NBomber.CSharp.Response.Fail(message: response.Message) : global::NBomber.CSharp.Response.Ok();
        });
        if (scenario.Init is { } init) theirs = theirs.WithInit(_ => init(context));
        if (scenario.Clean is { } clean) theirs = theirs.WithClean(_ => clean(context));
        theirs = scenario.WarmUp > TimeSpan.Zero ? theirs.WithWarmUpDuration(scenario.WarmUp) : theirs.WithoutWarmUp();
        return theirs.WithLoadSimulations([.. scenario.Simulations.Select(NBomberSimulations.Translate)]);
    }

    private sealed record InitContext(string ScenarioName, ulong Seed, CancellationToken CancellationToken) : IScenarioInitContext;
}
