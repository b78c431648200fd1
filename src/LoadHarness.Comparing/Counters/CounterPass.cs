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

    private readonly List<OperationFault> _faults = [];

    /// <summary>Whether the server's statements are counted; if not, only what fails is found.</summary>
    public bool Counts { get; init; } = true;

    /// <summary>For those to whom every operation matters.</summary>
    /// <exception cref="HarnessException">An operation failed; all are named.</exception>
    public async Task<(IReadOnlyList<OperationCounters> First, IReadOnlyList<OperationCounters> Second)> RunAsync(
        CancellationToken cancellationToken)
    {
        var counted = await CollectAsync(cancellationToken);
        return counted.Faults.Count == 0
            ? (counted.First, counted.Second)
            : throw new HarnessException(
                $"Arm {arm.Name}: {string.Join("; ", counted.Faults.Select(fault => $"{fault.Operation}: {fault.Words}"))}. "
                    + "What fails cannot be compared.",
                ExitCode.Inconclusive);
    }

    /// <summary>What fails costs its own counters only.</summary>
    public async Task<CountedOperations> CollectAsync(CancellationToken cancellationToken)
    {
        await using var bench = await arm.OpenBenchAsync(plan, BenchUse.Counters, cancellationToken);
        await SetFullPageImagesAsync("off", cancellationToken);
        try
        {
            var first = new List<OperationCounters>();
            var second = new List<OperationCounters>();
            foreach (var scenario in bench.Scenarios)
                foreach (var operation in scenario.Operations)
                {
                    if (await CountTwiceAsync(bench, scenario, operation, cancellationToken) is not { } counted) continue;
                    first.Add(counted.First);
                    second.Add(counted.Second);
                }

            return new(first, second, [.. _faults]);
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

    /// <returns>Null where a call failed, or nothing is counted.</returns>
    private async Task<(OperationCounters First, OperationCounters Second)?> CountTwiceAsync(
        IArmBench bench, ScenarioProps scenario, Operation operation, CancellationToken cancellationToken)
    {
        var alone = new ScenarioProps(scenario.Name, [operation]).WithExpectedTime(scenario.ExpectedTime);
        var warm = await LoadAsync(
            scenario.Init is { } init ? alone.WithInit(init) : alone, Calls(WarmCalls), cancellationToken);
        // The set-up is of all operations of a scenario, and fails by any: with one of its own, each says whether it works.
        if (warm.Accounting.Scheduled == 0 && scenario.Operations.Count > 1)
            return await CountAloneAsync(scenario, operation, cancellationToken);
        return Works(warm, Calls(WarmCalls)) && Counts
            && await CountAsync(alone, Calls(plan.CounterCalls), cancellationToken) is { } first
            && await CountAsync(alone, Calls(plan.CounterCalls), cancellationToken) is { } second
                ? (first, second)
                : null;

        int Calls(int reads) => bench.IsWrite(scenario.Name) ? WriteCalls : reads;
    }

    private async Task<(OperationCounters First, OperationCounters Second)?> CountAloneAsync(
        ScenarioProps scenario, Operation operation, CancellationToken cancellationToken)
    {
        var others = scenario.Operations.Where(other => other.Name != operation.Name)
            .Select(other => OperationPath.Of(scenario.Name, other.Name));
        await using var bench = await arm.OpenBenchAsync(
            plan with { Scenarios = [scenario.Name], LeftOut = [.. plan.LeftOut, .. others] }, BenchUse.Counters, cancellationToken);
        var alone = bench.Scenarios.Single();
        return await CountTwiceAsync(bench, alone, alone.Operations.Single(), cancellationToken);
    }

    private async Task<OperationCounters?> CountAsync(ScenarioProps alone, int calls, CancellationToken cancellationToken)
    {
        await EmptyListsAsync(cancellationToken);
        var before = await StatementReadings.BeginAsync(arm.Admin, arm.Database.IsPrivate, cancellationToken);
        var result = await LoadAsync(alone, calls, cancellationToken);
        if (!Works(result, calls)) return null;
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
        return results[0];
    }

    /// <summary>Whether all calls did; else it is noted.</summary>
    private bool Works(ScenarioResult result, int calls)
    {
        if (result.Accounting.Completed == calls) return true;
        _faults.Add(new(OperationPath.Of(result, result.Operations[0]), Words(result)));
        return false;
    }

    private static string Words(ScenarioResult failed)
    {
        var (accounting, errors) = (failed.Accounting, failed.Operations[0].Errors);
        // The set-up failed, or nothing says why.
        if (errors.Count == 0 && failed.AbortReason is { } reason) return reason.TrimEnd('.');
        return $"{accounting.Scheduled - accounting.Completed} of {accounting.Scheduled} calls failed: "
            + string.Join("; ", errors.Take(3).Select(error => error.Words.TrimEnd('.')));
    }
}
