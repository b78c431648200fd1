namespace LoadHarness.Load;

public sealed record LoadRunnerOptions
{
    /// <summary>
    /// So many times the longest iteration that was answered until now, or the scenario's <see cref="ScenarioProps.ExpectedTime"/>: what
    /// takes no longer than that is slow, and does not hang.
    /// </summary>
    public const int Patience = 3;

    /// <summary>A drain of a run that judges what it measures: at most so long, however slow the requests before were.</summary>
    public static TimeSpan LongestDrain { get; } = TimeSpan.FromHours(1);

    /// <summary>Random arrivals, mixes, feeds and each iteration's <see cref="IScenarioContext.Random"/> follow from it.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// How long requests in flight, and paced iterations that are owed, may take after the load has ended. What has no response by then is
    /// counted as in flight: it was never answered.
    /// </summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// What <see cref="DrainTime"/> may grow to, by <see cref="Patience"/>. It does not grow by default: in a search for the highest load
    /// what comes late is lost.
    /// </summary>
    public TimeSpan MostDrainTime { get; init; }

    /// <summary>In its place after a person, or a caller, has interrupted the run; longer or shorter.</summary>
    public TimeSpan InterruptedDrainTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long iterations that were given up may take to obey their cancellation, before they are left behind.</summary>
    public TimeSpan CancelTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// In a load that ends with its iterations and not by time: how long none may begin or end, and no step of one may end, before the
    /// scenario is given up.
    /// </summary>
    public TimeSpan StuckTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>What <see cref="StuckTime"/> may grow to, by <see cref="Patience"/>.</summary>
    public TimeSpan MostStuckTime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long a scenario's set-up may take.</summary>
    public TimeSpan SetUpTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a scenario's clean-up may take.</summary>
    public TimeSpan CleanUpTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Ends the run without draining: what was measured is returned within a second or two.</summary>
    public CancellationToken AtOnce { get; init; } = CancellationToken.None;

    /// <summary>Most threads kept for iterations that block theirs. Iterations that await need one or two.</summary>
    public int MaxThreads { get; init; } = 1024;

    /// <summary>What of the load this generator makes.</summary>
    public LoadShare Share { get; init; } = LoadShare.Whole;

    /// <summary>Keeps several generators in step; null for one alone.</summary>
    public IStartTogether? Together { get; init; }

    /// <summary>Told when what is measured begins and has ended; null for nobody.</summary>
    public IMeasuredPhase? Measured { get; init; }
}

/// <summary>
/// A caller that counts something else next to the load, such as the server's counters, is told when the measured phase begins and ends.
/// </summary>
public interface IMeasuredPhase
{
    /// <summary>Set-up and warm-up are over; the load begins when the task ends.</summary>
    Task BeginsAsync();

    /// <summary>The last measured request has ended or was given up; clean-up comes after.</summary>
    Task EndedAsync();
}
