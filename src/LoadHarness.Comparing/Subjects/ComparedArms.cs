using LoadHarness.Comparing.Arms;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;

namespace LoadHarness.Comparing.Subjects;

/// <summary>Two arms with what they were made from. Disposing stops the servers, then removes the rest.</summary>
internal sealed class ComparedArms : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _owned = new();
    private ArmPair<ArmServer>? _pair;

    public ArmPair<ArmServer> Pair => _pair ?? throw new InvalidOperationException("The arms are not started.");

    /// <summary>Names of the scenarios that both arms have; null for all of the plan's.</summary>
    public IReadOnlyList<string>? Scenarios { get; set; }

    /// <summary>What only one arm has, in sentences.</summary>
    public IReadOnlyList<string> NotCompared { get; set; } = [];

    /// <summary>Operations that an arm has no statement for, with what it lacks.</summary>
    public IReadOnlyList<OperationFault> Lacking { get; set; } = [];

    /// <summary>Makes the arms; what was made before one failed goes with it.</summary>
    public static async Task<ComparedArms> MakeAsync(Func<ComparedArms, Task> make)
    {
        var arms = new ComparedArms();
        try
        {
            await make(arms);
            return arms;
        }
        catch
        {
            await arms.DisposeAsync();
            throw;
        }
    }

    /// <summary>What of a plan both arms have.</summary>
    public ComparisonPlan SharedOf(ComparisonPlan plan) => plan with
    {
        Scenarios = Scenarios ?? plan.Scenarios,
        LeftOut = [.. Lacking.Select(lacking => lacking.Operation)],
    };

    /// <returns>What one arm lacks of a plan, in sentences.</returns>
    public IEnumerable<string> NotComparedOf(ComparisonPlan plan) => NotCompared.Concat(Lacking
        .Where(lacking => plan.Scenarios.Any(scenario => OperationPath.IsWithin(lacking.Operation, scenario)))
        .Select(lacking => $"{lacking.Operation}: {lacking.Words}."));

    /// <summary>What the arms need as long as they run.</summary>
    public T Own<T>(T made)
        where T : IAsyncDisposable
    {
        _owned.Push(made);
        return made;
    }

    public async Task StartAsync(
        Func<CancellationToken, Task<ArmServer>> a, Func<CancellationToken, Task<ArmServer>> b, CancellationToken cancellationToken)
    {
        _pair = Own(new ArmPair<ArmServer>(a, b));
        await _pair.StartAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        while (_owned.TryPop(out var last)) await last.DisposeAsync();
    }
}
