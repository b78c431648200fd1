using System.Diagnostics;
using LoadHarness.Core.Measurement;

namespace LoadHarness.Comparing;

/// <summary>How long each part of a measurement takes, for a reader who wants to know where the time goes.</summary>
internal sealed class StageTimes
{
    private readonly List<StageTiming> _stages = [];

    /// <summary>In the order in which they ended.</summary>
    public IReadOnlyList<StageTiming> All => [.. _stages];

    /// <param name="describe">What the stage did, in a few words.</param>
    public async Task<T> MeasureAsync<T>(string stage, Func<Task<T>> work, Func<T, string> describe)
    {
        var began = Stopwatch.GetTimestamp();
        var made = await work();
        _stages.Add(new(stage, Stopwatch.GetElapsedTime(began), describe(made)));
        return made;
    }

    /// <inheritdoc cref="MeasureAsync{T}"/>
    public Task MeasureAsync(string stage, Func<Task> work, Func<string> describe) => MeasureAsync(stage, async () =>
    {
        await work();
        return true;
    }, _ => describe());
}
