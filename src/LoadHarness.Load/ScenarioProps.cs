using LoadHarness.Core;

namespace LoadHarness.Load;

/// <summary>What to run and how it is loaded. Immutable: each <c>With</c> returns another.</summary>
public sealed record ScenarioProps(string Name, IReadOnlyList<Operation> Operations)
{
    public Func<IScenarioInitContext, Task>? Init { get; private init; }

    public Func<IScenarioInitContext, Task>? Clean { get; private init; }

    public TimeSpan WarmUp { get; private init; }

    public IReadOnlyList<LoadSimulation> Simulations { get; private init; } = [];

    /// <summary>In the open model: an arrival beyond so many requests in flight is counted as skipped, and not started.</summary>
    public int MaxInFlight { get; private init; } = 10_000;

    public IReadOnlyList<Threshold> Thresholds { get; private init; } = [];

    public TimeSpan ThinkTime { get; private init; }

    public TimeSpan Pace { get; private init; }

    /// <summary>What an iteration may well take; zero where nobody knows.</summary>
    public TimeSpan ExpectedTime { get; private init; }

    public ScenarioProps WithInit(Func<IScenarioInitContext, Task> init) => this with { Init = init };

    /// <summary>For a scenario whose set-up was done before.</summary>
    public ScenarioProps WithoutInit() => this with { Init = null };

    /// <summary>Called once after the load, also when it was aborted or its set-up failed. When it fails, the figures stand.</summary>
    public ScenarioProps WithClean(Func<IScenarioInitContext, Task> clean) => this with { Clean = clean };

    /// <summary>Offers the first simulation's load so long before anything is measured.</summary>
    public ScenarioProps WithWarmUpDuration(TimeSpan duration) => this with { WarmUp = Checked(duration, "warm-up") };

    public ScenarioProps WithoutWarmUp() => this with { WarmUp = TimeSpan.Zero };

    /// <summary>One after the other.</summary>
    public ScenarioProps WithLoadSimulations(params LoadSimulation[] simulations) => this with { Simulations = [.. simulations] };

    public ScenarioProps WithMaxInFlight(int requests) => requests > 0
        ? this with { MaxInFlight = requests }
        : throw new HarnessException($"Scenario '{Name}' may have {requests} requests in flight. Allow at least 1.");

    /// <summary>Any one that is passed ends the scenario early, with its words as the reason.</summary>
    public ScenarioProps WithThresholds(params Threshold[] thresholds) => this with { Thresholds = [.. thresholds] };

    /// <summary>In the closed model: a virtual user pauses so long after each response. Zero is none.</summary>
    public ScenarioProps WithThinkTime(TimeSpan pause) => this with { ThinkTime = Checked(pause, "think time"), Pace = TimeSpan.Zero };

    /// <summary>
    /// In the closed model: a virtual user means to start every so often, on a schedule of its own. A slow response makes the next ones
    /// late, and they are measured from when they should have started, so that a stall is seen. Zero is none: it starts when it has its
    /// response.
    /// </summary>
    public ScenarioProps WithPacing(TimeSpan every) => this with { Pace = Checked(every, "pace"), ThinkTime = TimeSpan.Zero };

    /// <summary>
    /// What an iteration may well take, such as the limit that it is judged by. It limits nothing: see <see
    /// cref="LoadRunnerOptions.Patience"/>.
    /// </summary>
    public ScenarioProps WithExpectedTime(TimeSpan longest) => this with { ExpectedTime = Checked(longest, "expected time") };

    private TimeSpan Checked(TimeSpan duration, string what) => duration >= TimeSpan.Zero
        ? duration
        : throw new HarnessException($"Scenario '{Name}' has a {what} of {duration}. Give a duration of zero or more.");
}
