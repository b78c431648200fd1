using LoadHarness.Load;

namespace LoadHarness.IntegrationTests.Agents;

/// <summary>Hears of each second of a load.</summary>
internal sealed class ToldSeconds : IProgress<LoadSnapshot>
{
    private int _told;

    public Action? First { get; init; }

    public void Report(LoadSnapshot value)
    {
        Assert.NotEqual(TimeSpan.Zero, value.Elapsed);
        if (Interlocked.Increment(ref _told) == 1) First?.Invoke();
    }
}
