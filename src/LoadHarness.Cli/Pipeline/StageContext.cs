using System.Diagnostics;
using LoadHarness.Agents.Coordinating;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Seeding;

namespace LoadHarness.Cli.Pipeline;

/// <summary>What every stage may use: what was asked for, and the terminal.</summary>
/// <param name="Rows">Of the CRM, as <c>--contacts</c> asks for them: equal in all stages, also when a month ends meanwhile.</param>
internal sealed record StageContext(HarnessOptions Options, TerminalOutput Terminal, SeedRequest Rows)
{
    /// <summary>The one that was given for agents of other machines; null when none was.</summary>
    public HeldBroker? Broker { get; init; }

    public static StageContext Of(HarnessOptions options) => new(options, new(options.Json), CrmRows.Of(options));

    /// <summary>Does a stage's work, which reports its progress, and measures how long it takes.</summary>
    /// <param name="describe">What the stage did, in a few words for the table of stages.</param>
    public Task<Staged<T>> StageAsync<T>(string stage, Func<IStageProgress, Task<T>> work, Func<T, string> describe) =>
        Staged.MeasureAsync(stage, () => Terminal.WithProgressAsync(work), describe);
}

/// <summary>What a stage made, and how long it took.</summary>
internal sealed record Staged<T>(T Value, StageTiming Timing);

internal static class Staged
{
    /// <summary>Does a stage's work, and measures how long it takes.</summary>
    /// <param name="describe">What the stage did, in a few words for the table of stages.</param>
    public static async Task<Staged<T>> MeasureAsync<T>(string stage, Func<Task<T>> work, Func<T, string> describe)
    {
        var began = Stopwatch.GetTimestamp();
        var value = await work();
        return new(value, new(stage, Stopwatch.GetElapsedTime(began), describe(value)));
    }
}
