namespace LoadHarness.Load;

public sealed record LoadRunnerOptions
{
    /// <summary>Random arrivals, mixes, feeds and each iteration's <see cref="IScenarioContext.Random"/> follow from it.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>How long requests in flight, and paced iterations that are owed, may take after the load has ended or was given up.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long iterations may take to heed their cancellation, before they are counted as in flight and left behind.</summary>
    public TimeSpan CancelTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Most threads kept for iterations that block theirs. Iterations that await need one or two.</summary>
    public int MaxThreads { get; init; } = 1024;

    /// <summary>Told when what is measured begins and has ended; null for nobody.</summary>
    public IMeasuredPhase? Measured { get; init; }
}

/// <summary>Whoever counts something else beside the load, such as the server's counters, is told when the measured phase begins and ends.</summary>
public interface IMeasuredPhase
{
    /// <summary>Set-up and warm-up are over; the load begins when the task ends.</summary>
    Task BeginsAsync();

    /// <summary>The last measured request has ended or was given up; clean-up comes after.</summary>
    Task EndedAsync();
}
