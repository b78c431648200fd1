using System.Text.Json;
using LoadHarness.Core;
using LoadHarness.Postgres.Workload;
using LoadHarness.Scenarios;
using LoadHarness.Scenarios.OtherEngines;

namespace LoadHarness.NBomber;

/// <summary>
/// The harness's side of this program: a request on standard input, one word when measuring begins, the answer in a file.
/// </summary>
public static class EngineChild
{
    /// <returns>The exit code: 0 when the answer is written.</returns>
    public static async Task<int> RunAsync(TextReader input, TextWriter harness, CancellationToken cancellationToken)
    {
        try
        {
            // Standard input and not the command line, which other users of the machine can read: it holds a password.
            var request = JsonSerializer.Deserialize<EngineRequest>(await input.ReadToEndAsync(cancellationToken), EngineRequest.Format)
                ?? throw new HarnessException(
                    "There is no request on standard input. This program is started by 'loadharness run --engine nbomber'.");
            var answer = await AnswerAsync(request, () => harness.WriteLine(EngineRequest.Measuring), cancellationToken);
            await File.WriteAllTextAsync(request.AnswerFile, JsonSerializer.Serialize(answer, EngineRequest.Format),
                CancellationToken.None);
            return 0;
        }
        catch (Exception fault) when (fault is HarnessException or JsonException)
        {
            await Console.Error.WriteLineAsync(fault.Message);
            return (int)ExitCode.Fault;
        }
    }

    private static async Task<EngineAnswer> AnswerAsync(EngineRequest request, Action measuring, CancellationToken cancellationToken)
    {
        await using ScenarioEnvironment environment = ScenarioEnvironment.Open(
            new TenantLogin(request.ConnectionString, request.ThroughPooler, request.MostSessions).Open,
            request.Seed,
            request.Profile,
            leadsBefore: request.LeadsBefore);
        environment.FirstOfNewLeads(request.LeadsSetAside);
        var load = ScenarioCatalog.All.Single(scenario => scenario.Name == request.Scenario).Build(environment);
        var results = NBomberLoadRunner.Run(load, request.RunSeed, request.ReportDirectory, measuring, cancellationToken);
        var sent = load.SelectMany(scenario => environment.For(scenario.Name).Sent.All()
            .Select(one => new SentBy(scenario.Name, one.Statement, one.Operation)));
        return new(results, [.. sent], (int)environment.NewLeads);
    }
}
