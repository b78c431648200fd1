using LoadHarness.Core;
using LoadHarness.Load;

namespace LoadHarness.NBomber;

/// <summary>
/// How many iterations a scenario may begin. NBomber before 5.2 has no simulation that counts them: there the load goes on, and what is
/// beyond the number does nothing until the scenario is stopped.
/// </summary>
internal sealed class IterationBudget
{
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(20);

    private readonly long _most;
    private long _begun;
    private long _ended;

    private IterationBudget(long most) => _most = most;

    /// <exception cref="HarnessException">A counted simulation is not the only one.</exception>
    public static IterationBudget Of(ScenarioProps scenario)
    {
#if NBOMBER_ITERATIONS
        return new(long.MaxValue);
#else
        var counted = scenario.Simulations.Select(CountOf).Where(count => count is not null).ToList();
        if (counted.Count == 0) return new(long.MaxValue);
        return scenario.Simulations.Count == 1
            ? new(counted[0]!.Value)
            : throw new HarnessException(
                $"Scenario '{scenario.Name}' has a counted simulation among others, which NBomber before 5.2 cannot do. "
                    + "Build with -p:NBomberVersion=5.2.0 or later, or leave --engine out.");
#endif
    }

    /// <returns>Whether one more may begin.</returns>
    public async Task<bool> TakeAsync()
    {
        if (Interlocked.Increment(ref _begun) <= _most) return true;
        // A user who has nothing left to do must not keep a core busy with asking.
        await Task.Delay(Idle);
        return false;
    }

    /// <returns>Whether this was the last.</returns>
    public bool Finish() => Interlocked.Increment(ref _ended) == _most;

#if !NBOMBER_ITERATIONS
    private static long? CountOf(LoadSimulation simulation) => simulation switch
    {
        CountedUsersSimulation users => users.Iterations,
        CountedRateSimulation rate => rate.Iterations,
        _ => null,
    };
#endif
}
