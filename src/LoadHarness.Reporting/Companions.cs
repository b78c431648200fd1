using LoadHarness.Core;
using LoadHarness.Core.Comparing.Runs;
using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting;

/// <summary>
/// What other verbs kept, and earlier runs, whose chapters stand on a run's page too: claims, growth, headroom, the ledger, the gate's
/// rates, history.
/// </summary>
public sealed record Companions
{
    public static Companions None { get; } = new();

    /// <summary>At most one of each kind.</summary>
    public IReadOnlyList<RunResult> Records { get; init; } = [];

    /// <summary>Earlier runs, in any order; those of another load than the page's run have no place on it.</summary>
    public IReadOnlyList<RunNight> Nights { get; init; } = [];

    /// <param name="paths">Files or folders of what <c>prove</c>, <c>scale</c>, <c>headroom</c>, <c>ledger</c> and
    /// <c>gate selftest</c> kept.</param>
    /// <param name="history">A folder of runs; null for none.</param>
    /// <exception cref="HarnessException">One cannot be read, holds none of these, or is the second of its kind.</exception>
    public static async Task<Companions> ReadAsync(IReadOnlyList<string> paths, string? history, CancellationToken cancellationToken)
    {
        var records = RunFiles.Read(paths);
        foreach (var (path, record) in paths.Zip(records))
        {
            // Two arms are a page of their own.
            if (record is not { Arms: null, Findings.Verb: { } verb })
                throw new HarnessException(
                    $"--with '{path}': it is a {(record.Arms is null ? "run of a load" : "comparison of two arms")}. Give what prove, "
                        + "scale, headroom, ledger or gate selftest kept; earlier runs go with --history.", ExitCode.BadUsage);
            if (records.Count(other => other.Findings?.Verb == verb) > 1)
                throw new HarnessException($"--with '{path}': there are two of {verb}. Give one of each.", ExitCode.BadUsage);
        }

        return new()
        {
            Records = records,
            Nights = history is null ? [] : (await RunFiles.NightsBelowAsync(history, cancellationToken)).Nights,
        };
    }

    /// <summary>Nights of the run's load before it; the run itself may be among them, as it was judged then, and is left out.</summary>
    public IEnumerable<RunNight> EarlierThan(RunResult run)
    {
        var own = RunNight.Of(run);
        return Nights.Where(night => night.IsOfLoadOf(own) && night.Identity != own.Identity && night.StartedUtc <= own.StartedUtc);
    }

    /// <summary>The run itself where it has it, else the record that does; null where neither.</summary>
    internal RunResult? With(RunResult run, Func<RunResult, object?> chapter) =>
        Records.Prepend(run).FirstOrDefault(record => chapter(record) is not null);
}
