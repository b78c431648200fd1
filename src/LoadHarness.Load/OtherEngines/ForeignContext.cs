using LoadHarness.Load.Scheduling;

namespace LoadHarness.Load.OtherEngines;

internal sealed class ForeignContext(string scenario, int user, long invocation, ulong seed, Action<string, long> recordStep, CancellationToken cancellationToken) : IScenarioContext
{
    public string ScenarioName => scenario;

    public int UserNumber => user;

    public long InvocationNumber => invocation;

    public CancellationToken CancellationToken => cancellationToken;

    public Random Random { get; } = new SeededRandom(seed);

    public async Task<T> Step<T>(string name, Func<Task<T>> run)
    {
        var started = ForeignScenario.Now();
        var result = await run().ConfigureAwait(false);
        recordStep(name, ForeignScenario.Now() - started);
        return result;
    }

    public async Task Step(string name, Func<Task> run)
    {
        var started = ForeignScenario.Now();
        await run().ConfigureAwait(false);
        recordStep(name, ForeignScenario.Now() - started);
    }

    public Task Delay(TimeSpan duration) => Task.Delay(duration, cancellationToken);
}
