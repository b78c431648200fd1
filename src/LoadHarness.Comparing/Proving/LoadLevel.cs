using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Targets;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;

namespace LoadHarness.Comparing.Proving;

/// <summary>One arm under one level of load for some seconds: does every operation keep its target?</summary>
internal sealed class LoadLevel(ProofArm arm, ClaimContract contract, IReadOnlyList<Target> targets, TimeSpan during)
{
    private const string Mix = "proof-mix";
    private const string Imports = "proof-imports";
    private const double MostFailed = 0.01;
    private const int ImportsAtOnce = 8;

    /// <summary>What has no answer so long after the load has ended is lost: its level does not hold.</summary>
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private bool _prepared;

    /// <returns>Null where the level held, else what broke.</returns>
    public async Task<string?> BrokeAsync(double level, ulong seed, CancellationToken cancellationToken)
    {
        using var clock = new SystemLoadClock();
        var options = new LoadRunnerOptions { Seed = seed, DrainTime = Drain, CancelTime = Second };
        var results = await new LoadRunner(clock, options).RunAsync(ScenariosAt(level), null, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return results.SelectMany(result => result.Operations).Select(Fault).FirstOrDefault(fault => fault is not null);
    }

    private IReadOnlyList<ScenarioProps> ScenariosAt(double level)
    {
        var search = contract.Search!;
        var reads = Reads();
        return search.Load switch
        {
            SearchedLoad.Users => [reads.WithPacing(Second).WithLoadSimulations(Simulation.KeepConstant((int)level, during))],
            SearchedLoad.Requests => [reads.WithLoadSimulations(Simulation.Inject(level, Second, during))],
            _ =>
            [
                reads.WithLoadSimulations(Simulation.Inject(search.QueriesPerSecond, Second, during)),
                Import().WithMaxInFlight(ImportsAtOnce).WithLoadSimulations(
                    Simulation.Inject(level / ImportSize, Second, during)),
            ],
        };
    }

    private double ImportSize => arm.Bench.Profile.BulkImport!.Rows;

    private ScenarioProps Reads()
    {
        var mix = Scenario.CreateMix(Mix, [.. contract.Operations.Where(operation => !ProofOperations.Writes.Contains(operation.Name))
            .Select(operation => (operation.Name, operation.Weight, arm.Operations[operation.Name].Alone.Operations[0].Run))]);
        // Deep pages need a walk down the list, once.
        if (_prepared) return mix;
        _prepared = true;
        return contract.OperationNames.Select(name => arm.Operations[name].Init).FirstOrDefault(init => init is not null) is { } init
            ? mix.WithInit(init)
            : mix;
    }

    private ScenarioProps Import()
    {
        var import = contract.OperationNames.First(ProofOperations.Writes.Contains);
        return Scenario.CreateMix(Imports, (import, 1, arm.Operations[import].Alone.Operations[0].Run));
    }

    private string? Fault(OperationResult operation)
    {
        var accounting = operation.Accounting;
        if (accounting.ErrorRate > MostFailed)
        {
            var lost = accounting.Failed + accounting.Skipped + accounting.InFlight;
            var error = operation.Errors.Count > 0 ? $": {operation.Errors[0].Message}" : "";
            return $"{operation.Name}: {lost} of {accounting.Scheduled} failed, were skipped or had no answer{error}";
        }

        // Few calls have no percentile: then the slowest has to hold.
        if ((operation.Response.P95 ?? operation.Response.Maximum) is not { } p95 || TargetOf(operation.Name) is not { } target)
            return null;
        return p95.TotalMilliseconds <= target.Milliseconds
            ? null
            : $"{operation.Name} p95 {p95.TotalMilliseconds:0} ms, above {target.Milliseconds:0} ms of {target.Target.Id}";
    }

    // Imports keep up when they all end; the targets of the mix are those of its reads.
    private ScaleTarget? TargetOf(string operation) => ProofOperations.Writes.Contains(operation)
        ? null
        : ScaleTarget.Of(operation, 1, targets);
}
