using System.Collections.Concurrent;
using LoadHarness.Load;
using LoadHarness.Postgres.Observation;
using Spectre.Console;

namespace LoadHarness.Cli.Terminal;

/// <summary>Shows running scenarios: a table that is drawn in place on a terminal, a line every few seconds elsewhere.</summary>
public static class LiveView
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenDrawings = TimeSpan.FromSeconds(1);

    public static async Task<T> WithLiveViewAsync<T>(this Voice voice, DatabaseObserver observer, Func<IProgress<LoadSnapshot>, Task<T>> work)
    {
        var snapshots = new Newest();
        if (voice.DrawsInPlace)
        {
            return await voice.Drawing.Live(new Text("")).AutoClear(true).StartAsync(context => WhileAsync(
                work(snapshots), BetweenDrawings, () => context.UpdateTarget(LiveTable.Draw(snapshots.All, observer.Latest)))).ConfigureAwait(false);
        }

        return await WhileAsync(work(snapshots), BetweenLines, () =>
        {
            foreach (var snapshot in snapshots.All) voice.Line(LiveTable.Line(snapshot, observer.Latest));
        }).ConfigureAwait(false);
    }

    private static async Task<T> WhileAsync<T>(Task<T> work, TimeSpan between, Action show)
    {
        while (await Task.WhenAny(work, Task.Delay(between)).ConfigureAwait(false) != work) show();
        return await work.ConfigureAwait(false);
    }

    private sealed class Newest : IProgress<LoadSnapshot>
    {
        private readonly ConcurrentDictionary<string, LoadSnapshot> _newest = new();

        public IReadOnlyCollection<LoadSnapshot> All => [.. _newest.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => entry.Value)];

        public void Report(LoadSnapshot value) => _newest[value.Scenario] = value;
    }
}
