using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Targets;
using LoadHarness.Load;

namespace LoadHarness.Comparing.Proving;

/// <summary>One arm under one level of load for some seconds: does every operation keep its target?</summary>
/// <param name="first">Where a first search begins.</param>
internal sealed class LoadLevel(
    ProofArm arm, ClaimContract contract, IReadOnlyList<Target> targets, TimeSpan during, double first) : IPressedArm
{
    private const string Mix = "proof-mix";
    private const string Imports = "proof-imports";
    private const int ImportsAtOnce = 8;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Dictionary<double, double> _reached = [];

    private bool _prepared;

    public string Name => arm.Name;

    public double First => first;

    // So many rows a second are one import more while a level is held.
    public double Step => contract.Search!.Load switch
    {
        SearchedLoad.Users => 1,
        SearchedLoad.ImportedRows => ImportSize / during.TotalSeconds,
        _ => 0,
    };

    public async Task<LevelFault?> BrokeAsync(double level, ulong seed, CancellationToken cancellationToken)
    {
        var isImport = contract.Search!.Load == SearchedLoad.ImportedRows;
        var results = await LevelTrial.PlayAsync(
            ScenariosAt(level), seed, cancellationToken, isImport ? ImportedRows.Drain(during) : null);
        if (isImport) _reached[level] = ImportedRows.ASecond(ImportsOf(results), during);
        return LevelTrial.Of(
            results, TargetsOf, Environment.ProcessorCount, isImport ? played => ImportedRows.FaultOf(ImportsOf(played), during) : null);
    }

    public double Reached(double level) => Math.Min(level, _reached.GetValueOrDefault(level, level));

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

    private static ScenarioResult ImportsOf(IReadOnlyList<ScenarioResult> results) => results.Single(result => result.Name == Imports);

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

    // Imports keep up when they all end in time; the targets of the mix are those of its reads.
    private IReadOnlyList<ScaleTarget> TargetsOf(string operation) => ProofOperations.Writes.Contains(operation)
        ? []
        : ScaleTarget.Of(operation, 1, targets);
}
