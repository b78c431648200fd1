using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Postgres.Observation;
using Npgsql;

namespace LoadHarness.Cli.Pipeline;

/// <summary>Plays loads one after the other while the server is watched, and then gives what was seen of the server.</summary>
/// <param name="plansAsync">Of the statements that were played; asked for when every load was.</param>
internal sealed class LoadRun(TerminalOutput terminal, DatabaseObserver observer, Func<Task<CollectedPlans>> plansAsync)
{
    public IAsyncEnumerable<StageRecord> MeasureAsync(IEnumerable<PlannedLoad> loads, CancellationToken cancellationToken) =>
        EachAsync(loads, cancellationToken).ThenAlways(ended => LookAsync(ended, cancellationToken));

    private async IAsyncEnumerable<StageRecord> EachAsync(
        IEnumerable<PlannedLoad> loads, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var load in loads)
        {
            terminal.Line($"   {load.Title}");
            await load.PrepareAsync();
            await foreach (var part in PlayAsync(load, cancellationToken)) yield return part;
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    // What a load measured is given before anything is asked of the server again, which may be gone by then.
    private async IAsyncEnumerable<StageRecord> PlayAsync(
        PlannedLoad load, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyList<ScenarioResult> results;
        await using (var phase = observer.Watch(load.Watches))
        {
            results = await terminal.WithLiveViewAsync(observer, live => load.PlayAsync(live, phase));
            yield return new Measured(results);
        }

        if (await FaultOfAsync(load.ReleaseAsync) is { } lost)
        {
            if (!cancellationToken.IsCancellationRequested) yield return new Measured(EndedEarly(results, lost.SourceException));
            lost.Throw();
        }

        foreach (var result in results) terminal.Line(LiveTable.Closing(result));
    }

    private async Task<StageRecord> LookAsync(bool ended, CancellationToken cancellationToken)
    {
        var plans = ended && !cancellationToken.IsCancellationRequested ? await PlansAsync() : CollectedPlans.None;
        // Asked after the plans: an interruption while they are made must not cost what was seen of the server.
        var token = cancellationToken.IsCancellationRequested ? CancellationToken.None : cancellationToken;
        var observation = await observer.FinishAsync(plans.Plans, token, plans.Notes).WaitAsync(Interruption.AtOnce);
        return new Observed(observation);
    }

    // Plans that cannot be had must not cost the figures of the run.
    private async Task<CollectedPlans> PlansAsync()
    {
        try
        {
            return await plansAsync();
        }
        catch (Exception lost) when (lost is NpgsqlException or TimeoutException or OperationCanceledException or HarnessException)
        {
            return new([], [$"No plan of any operation: {lost.Message}"]);
        }
    }

    private static IReadOnlyList<ScenarioResult> EndedEarly(IReadOnlyList<ScenarioResult> results, Exception lost) =>
        [.. results.Select(result => result with
        {
            AbortReason = result.AbortReason ?? $"The server was lost with it: {Faults.Sentence(lost)}",
        })];

    private static async Task<ExceptionDispatchInfo?> FaultOfAsync(Func<Task> work)
    {
        try
        {
            await work();
            return null;
        }
        catch (Exception fault)
        {
            return ExceptionDispatchInfo.Capture(fault);
        }
    }
}

/// <summary>What is played as one: a scenario, or several at once.</summary>
/// <param name="ReleaseAsync">Lets go of what it held, such as sessions.</param>
internal sealed record PlannedLoad(
    string Title,
    IReadOnlyList<ScenarioWatch> Watches,
    Func<IProgress<LoadSnapshot>, IMeasuredPhase, Task<IReadOnlyList<ScenarioResult>>> PlayAsync,
    Func<Task> ReleaseAsync)
{
    /// <summary>Makes the server ready for it; none of that is measured.</summary>
    public Func<Task> PrepareAsync { get; init; } = () => Task.CompletedTask;
}

/// <param name="Notes">Which plans could not be had, and why.</param>
internal sealed record CollectedPlans(IReadOnlyList<QueryPlan> Plans, IReadOnlyList<string> Notes)
{
    public static CollectedPlans None { get; } = new([], []);
}
