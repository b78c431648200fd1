using LoadHarness.Load.Scheduling;

namespace LoadHarness.Load.Running;

/// <summary>The context of one user or one slot; it serves one iteration after the other.</summary>
internal abstract class ScenarioContext(LoadPhase phase, int number) : IScenarioContext
{
    private readonly SeededRandom _random = new(0);

    public string ScenarioName => phase.Scenario.Name;

    public int UserNumber => number;

    public long InvocationNumber { get; protected set; } = -1;

    public CancellationToken CancellationToken => phase.CancellationToken;

    public Random Random => _random;

    /// <summary>Index of the operation that runs; -1 when none does.</summary>
    public int Running { get; private set; } = -1;

    protected LoadPhase Phase => phase;

    public async Task<T> Step<T>(string name, Func<Task<T>> run)
    {
        var started = phase.Clock.Now;
        var result = await run().ConfigureAwait(false);
        RecordStep(name, started);
        return result;
    }

    public async Task Step(string name, Func<Task> run)
    {
        var started = phase.Clock.Now;
        await run().ConfigureAwait(false);
        RecordStep(name, started);
    }

    public Task Delay(TimeSpan duration) => phase.Clock.Delay(duration, CancellationToken);

    protected Task<IResponse> Invoke(int operation, ulong seed)
    {
        Running = operation;
        _random.Reset(seed);
        try
        {
            return phase.Scenario.Operations[operation].Run(this);
        }
        catch (Exception e)
        {
            return Task.FromException<IResponse>(e);
        }
    }

    protected static IResponse OutcomeOf(Task<IResponse> completed) =>
        completed.IsCompletedSuccessfully ? completed.Result : FailureOf(completed.Exception?.InnerException);

    protected static IResponse FailureOf(Exception? e) => Response.Fail(e switch
    {
        null => "cancelled",
        OperationCanceledException => "cancelled",
        // Only the first line: what follows is often the statement and its values.
        _ => $"{e.GetType().Name}: {e.Message.Split('\n')[0].TrimEnd()}",
    });

    protected void Finish(long intended, long started, long ended, IResponse response)
    {
        if (phase.Recorder.Record(number, Running, intended, started, ended, response)) Running = -1;
    }

    private void RecordStep(string name, long started)
    {
        if (Running >= 0) phase.Recorder.RecordStep(number, Running, name, phase.Clock.Now - started);
    }
}
