using LoadHarness.Load;

namespace LoadHarness.UnitTests.Load;

public sealed class WatcherTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task A_watcher_that_fails_or_hangs_stops_nobody()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();

        await Watcher.TellAsync(() => throw new IOException("The server is gone."), Short, CancellationToken.None);
        await Watcher.TellAsync(() => Task.FromException(new IOException("The server is gone.")), Short, CancellationToken.None);
        await Watcher.TellAsync(() => Task.Delay(Timeout.Infinite), Short, CancellationToken.None);
        await Watcher.TellAsync(() => Task.Delay(Timeout.Infinite), TimeSpan.FromMinutes(10), atOnce.Token);
    }
}
