using LoadHarness.Core.Progress;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace LoadHarness.Cli.Terminal;

/// <summary>Progress as bars on a terminal.</summary>
internal sealed class DrawnProgress(IAnsiConsole console, ProgressContext context) : IStageProgress
{
    public void Note(string sentence) => console.WriteLine("   " + TerminalOutput.WithoutControls(sentence));

    public ICountedTask Begin(string name, long? total, string unit)
    {
        var task = context.AddTask(Markup.Escape($"   {name}"), maxValue: total ?? 1);
        task.IsIndeterminate = total is null;
        return new DrawnTask(task, total is null);
    }

    private sealed class DrawnTask(ProgressTask task, bool unknownTotal) : ICountedTask
    {
        public void Advance(long more)
        {
            if (unknownTotal) task.MaxValue = task.Value + more + 1;
            task.Increment(more);
        }

        public void Dispose()
        {
            if (unknownTotal) task.MaxValue = Math.Max(1, task.Value);
            task.StopTask();
        }
    }
}

/// <summary>Units done a second.</summary>
internal sealed class RateColumn : ProgressColumn
{
    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
        new Text(task.Speed is { } speed ? $"{speed:N0}/s" : "");
}
