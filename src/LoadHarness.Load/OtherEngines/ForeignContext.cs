using LoadHarness.Load.Clocks;
using LoadHarness.Load.Scheduling;

namespace LoadHarness.Load.OtherEngines;

internal sealed class ForeignContext(
    string scenario, int user, long invocation, ulong seed, LoadClock clock, Action<string, long> recordStep,
    CancellationToken cancellationToken) : IScenarioContext
{
    public string ScenarioName => scenario;

    public int UserNumber => user;

    public long InvocationNumber => invocation;

    public CancellationToken CancellationToken => cancellationToken;

    public Random Random { get; } = new SeededRandom(seed);

    public async Task<T> Step<T>(string name, Func<Task<T>> run)
    {
        var started = clock.Now;
        var result = await run();
        recordStep(name, clock.Now - started);
        return result;
    }

    public Task Delay(TimeSpan duration) => clock.Delay(duration, cancellationToken);
}
