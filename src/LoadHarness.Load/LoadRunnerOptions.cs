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
}
