using LoadHarness.Comparing.Arms;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;
using LoadHarness.Postgres;

namespace LoadHarness.Comparing.Counters;

/// <summary>Runs each operation a fixed number of times with the same arguments on each arm, and reads what that cost the server.</summary>
internal sealed class CounterPass(ArmServer arm, ComparisonPlan plan, ulong seed)
{
    /// <summary>Imports and campaigns are thousands of statements each.</summary>
    private const int WriteCalls = 2;

    /// <summary>First calls load the session's catalog caches, which another session did long ago.</summary>
    private const int WarmCalls = 10;

    /// <summary>Two passes of the same calls: their difference is the spread of the counters.</summary>
    /// <exception cref="HarnessException">An operation failed.</exception>
    public async Task<(IReadOnlyList<OperationCounters> First, IReadOnlyList<OperationCounters> Second)> RunAsync(
        CancellationToken cancellationToken)
    {
        await using var bench = await arm.OpenBenchAsync(plan, BenchUse.Counters, cancellationToken);
        await SetFullPageImagesAsync("off", cancellationToken);
        try
        {
            var first = new List<OperationCounters>();
            var second = new List<OperationCounters>();
            foreach (var scenario in bench.Scenarios)
            {
                foreach (var operation in scenario.Operations)
                {
                    var alone = new ScenarioProps(scenario.Name, [operation]).WithExpectedTime(scenario.ExpectedTime);
                    await LoadAsync(scenario.Init is { } init ? alone.WithInit(init) : alone, Calls(WarmCalls), cancellationToken);
                    first.Add(await CountAsync(alone, Calls(plan.CounterCalls), cancellationToken));
                    second.Add(await CountAsync(alone, Calls(plan.CounterCalls), cancellationToken));
                }

                int Calls(int reads) => bench.IsWrite(scenario.Name) ? WriteCalls : reads;
            }

            return (first, second);
        }
        finally
        {
            await SetFullPageImagesAsync("on", CancellationToken.None);
        }
    }

    // On somebody's own server nothing is changed for a measurement's sake.
    private Task EmptyListsAsync(CancellationToken cancellationToken) =>
        arm.Database.IsPrivate ? PendingLists.EmptyAsync(arm.Admin, cancellationToken) : Task.CompletedTask;

    // How many full-page images are written depends on the last checkpoint, not on the operation. Times are measured with them.
    private async Task SetFullPageImagesAsync(string value, CancellationToken cancellationToken)
    {
        if (!arm.Database.IsPrivate) return;
        await using var connection = await arm.Admin.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync($"alter system set full_page_writes = {value}", cancellationToken);
        await connection.ExecuteAsync("select pg_reload_conf()", cancellationToken);
    }

    private async Task<OperationCounters> CountAsync(ScenarioProps alone, int calls, CancellationToken cancellationToken)
    {
        await EmptyListsAsync(cancellationToken);
        var before = await StatementReadings.BeginAsync(arm.Admin, arm.Database.IsPrivate, cancellationToken);
        var result = await LoadAsync(alone, calls, cancellationToken);
        // What the calls have put off is theirs: it is counted with them.
        await EmptyListsAsync(cancellationToken);
        var completed = result.Accounting.Completed;
        var counters = await StatementReadings.ReadAsync(
            arm.Admin, before, OperationPath.Of(alone.Name, alone.Operations[0].Name), completed, cancellationToken);
        return counters with { Items = (double?)result.Operations[0].Items / completed };
    }

    private async Task<ScenarioResult> LoadAsync(ScenarioProps scenario, int calls, CancellationToken cancellationToken)
    {
        using var clock = new SystemLoadClock();
        var load = scenario.WithLoadSimulations(Simulation.IterationsForConstant(1, calls));
        var results = await new LoadRunner(clock, new() { Seed = seed }).RunAsync([load], null, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        var accounting = results[0].Accounting;
        return accounting.Completed == calls
            ? results[0]
            : throw new HarnessException(
                $"Arm {arm.Name}: {accounting.Scheduled - accounting.Completed} of {accounting.Scheduled} "
                    + $"calls of {scenario.Name}/{scenario.Operations[0].Name} failed: "
                    + $"{string.Join("; ", results[0].Operations[0].Errors.Take(3).Select(error => error.Words))}. "
                    + "What fails cannot be compared.",
                ExitCode.Inconclusive);
    }
}
