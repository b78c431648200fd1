using System.Collections.Concurrent;
using LoadHarness.Load;
using LoadHarness.Postgres.Observation;
using Spectre.Console;

namespace LoadHarness.Cli.Terminal;

/// <summary>Shows running scenarios: a table that is drawn in place on a terminal, a line every few seconds elsewhere.</summary>
internal static class LiveView
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenDrawings = TimeSpan.FromSeconds(1);

    public static async Task<T> WithLiveViewAsync<T>(
        this TerminalOutput terminal, DatabaseObserver observer, Func<IProgress<LoadSnapshot>, Task<T>> work)
    {
        var snapshots = new Newest();
        var running = work(snapshots);
        try
        {
            if (terminal.DrawsInPlace)
                await terminal.Drawing.Live(new Text("")).AutoClear(true).StartAsync(context => ShowAsync(
                    running, BetweenDrawings, () => context.UpdateTarget(LiveTable.Draw(snapshots.All, observer.Latest))));
            else
                await ShowAsync(running, BetweenLines, () =>
                {
                    foreach (var snapshot in snapshots.All) terminal.Line(LiveTable.Line(snapshot, observer.Latest));
                });
        }
        catch (Exception) when (!running.IsFaulted)
        {
            // A terminal that is gone or cannot draw costs the view, and not what is measured.
        }

        return await running;
    }

    private static async Task ShowAsync(Task work, TimeSpan between, Action show)
    {
        while (await Task.WhenAny(work, Task.Delay(between)) != work) show();
    }

    private sealed class Newest : IProgress<LoadSnapshot>
    {
        private readonly ConcurrentDictionary<string, LoadSnapshot> _newest = new();

        public IReadOnlyCollection<LoadSnapshot> All =>
            [.. _newest.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => entry.Value)];

        public void Report(LoadSnapshot value) => _newest[value.Scenario] = value;
    }
}
