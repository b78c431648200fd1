using LoadHarness.Load.Recording;

namespace LoadHarness.Load.Running;

/// <summary>The set-ups and clean-ups of a run's scenarios. What fails costs its own scenario only.</summary>
internal sealed class ScenarioHooks(LoadRunnerOptions options)
{
    // A clean-up that is begun when nobody waits any longer gets so much.
    private static readonly TimeSpan Hurried = TimeSpan.FromSeconds(1);

    /// <returns>Why the scenario cannot be measured; null when it can.</returns>
    /// <exception cref="OperationCanceledException">The run was ended meanwhile.</exception>
    public async Task<string?> SetUpAsync(ScenarioProps scenario, CancellationToken cancellationToken)
    {
        if (scenario.Init is not { } init) return null;
        var fault = await Hook.RunAsync(
            init, cancellationToken => new InitContext(scenario.Name, options.Seed, cancellationToken), options.SetUpTime,
                cancellationToken, options.AtOnce);
        return fault is null ? null
            : $"the set-up of scenario '{scenario.Name}' failed: {fault.TrimEnd('.')}. Nothing was measured of it; fix this and run again";
    }

    /// <returns>What went wrong; null when nothing did.</returns>
    public async Task<string?> CleanUpAsync(ScenarioProps scenario)
    {
        if (scenario.Clean is not { } clean) return null;
        var patience = options.AtOnce.IsCancellationRequested ? Hurried : options.CleanUpTime;
        string? fault;
        try
        {
            fault = await Hook.RunAsync(clean, cancellationToken => new InitContext(scenario.Name, options.Seed, cancellationToken),
                patience,
                CancellationToken.None, CancellationToken.None);
        }
        catch (OperationCanceledException e)
        {
            fault = Failure.MessageOf(e);
        }

        return fault is null ? null : $"The clean-up of scenario '{scenario.Name}' failed: {fault.TrimEnd('.')}. "
            + "Its figures stand; look for what it has left behind.";
    }

    private sealed record InitContext(string ScenarioName, ulong Seed, CancellationToken CancellationToken) : IScenarioInitContext;
}
