using LoadHarness.Load.Clocks;
using LoadHarness.Load.Recording;
using LoadHarness.Load.Scheduling;

namespace LoadHarness.Load.Running;

/// <summary>The context of one user or one slot; it serves one iteration after the other.</summary>
internal abstract class ScenarioContext(LoadPhase phase, int number) : IScenarioContext
{
    private static readonly Task<IResponse> NoTask = Task.FromResult(Response.Fail("The scenario's function returned no task (null)."));
    private readonly SeededRandom _random = new(0);
    private int _running = -1;
    private long _stepsEnded;

    public string ScenarioName => phase.Scenario.Name;

    public int UserNumber => number;

    public long InvocationNumber { get; protected set; } = -1;

    public CancellationToken CancellationToken => phase.CancellationToken;

    public Random Random => _random;

    /// <summary>Index of the operation that runs, or that had no answer in time; -1 when none does. Any thread.</summary>
    public int Running
    {
        get => Volatile.Read(ref _running);
        private set => Volatile.Write(ref _running, value);
    }

    /// <summary>Of all its iterations. Any thread, as an estimate.</summary>
    public long StepsEnded => Volatile.Read(ref _stepsEnded);

    protected LoadPhase Phase => phase;

    public async Task<T> Step<T>(string name, Func<Task<T>> run)
    {
        var started = phase.Clock.Now;
        var result = await run();
        // Steps of one iteration may end at once.
        Interlocked.Increment(ref _stepsEnded);
        RecordStep(name, started);
        return result;
    }

    public Task Delay(TimeSpan duration) => phase.Clock.Delay(duration, CancellationToken);

    protected Task<IResponse> Invoke(int operation, ulong seed)
    {
        Running = operation;
        _random.Reset(seed);
        try
        {
            return phase.Scenario.Operations[operation].Run(this) ?? NoTask;
        }
        catch (Exception e)
        {
            return Task.FromException<IResponse>(e);
        }
    }

    protected static IResponse? OutcomeOf(Task<IResponse> completed) =>
        completed.IsCompletedSuccessfully ? completed.Result : Response.Threw(completed.Exception?.InnerException);

    protected void Finish(Instant intended, Instant started, Instant ended, IResponse? response)
    {
        var reply = Reply.Of(response);
        if (phase.Recorder.Record(number, Running, intended, started, ended, reply)) Running = -1;
    }

    private void RecordStep(string name, Instant started)
    {
        if (Running >= 0) phase.Recorder.RecordStep(number, Running, name, phase.Clock.Now - started);
    }
}
