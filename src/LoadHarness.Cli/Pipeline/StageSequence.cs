using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace LoadHarness.Cli.Pipeline;

/// <summary>Stages in sequence. Each record is given as soon as it is there, so that it stays when a later stage fails.</summary>
internal static class StageSequence
{
    /// <summary>What the stages give and then, however they end, what the last one gives.</summary>
    /// <param name="last">Is told whether the stages came to their end.</param>
    public static async IAsyncEnumerable<StageRecord> ThenAlways(
        this IAsyncEnumerable<StageRecord> stages, Func<bool, Task<StageRecord>> last)
    {
        ExceptionDispatchInfo? fault = null;
        await using (var each = stages.GetAsyncEnumerator())
        {
            while (true)
            {
                try
                {
                    if (!await each.MoveNextAsync()) break;
                }
                catch (Exception ended)
                {
                    fault = ExceptionDispatchInfo.Capture(ended);
                    break;
                }

                yield return each.Current;
            }
        }

        StageRecord given;
        try
        {
            given = await last(fault is null);
        }
        catch when (fault is not null)
        {
            // What failed first says more.
            fault.Throw();
            throw;
        }

        yield return given;
        fault?.Throw();
    }

    /// <summary>What the parts of a stage give, and how long the stage took with how many scenarios.</summary>
    public static async IAsyncEnumerable<StageRecord> TimedAsync(this IAsyncEnumerable<StageRecord> parts, string stage)
    {
        var began = Stopwatch.GetTimestamp();
        var scenarios = 0;
        await foreach (var part in parts)
        {
            if (part is Measured measured) scenarios += measured.Scenarios.Count;
            yield return part;
        }

        yield return new Done { Timing = new(stage, Stopwatch.GetElapsedTime(began), $"{scenarios} scenarios") };
    }
}
