using System.Diagnostics;
using System.Reflection;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.Cli.Pipeline;

/// <summary>Collects what each stage produced, so that an interrupted run can still be reported.</summary>
public sealed class RunRecord
{
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly List<StageTiming> _stages = [];

    private RunRecord(RunResult result) => Result = result;

    public RunResult Result { get; private set; }

    public static RunRecord Begin(HarnessOptions options)
    {
        var started = DateTimeOffset.UtcNow;
        var commit = BuildFacts.Commit;
        return new(new()
        {
            Identity = new($"{started:yyyyMMdd'T'HHmmss'Z'}-{commit}",
                started,
                TimeSpan.Zero,
                commit,
                BuildFacts.Version,
                BuildFacts.Configuration,
                0,
                null),
            Options = Describe(options),
            Host = HostFacts.Read(),
        });
    }

    /// <summary>Runs one stage and keeps its duration.</summary>
    /// <param name="describe">What the stage did, in a few words for the table of stages.</param>
    public async Task<T> StageAsync<T>(string stage, Func<Task<T>> work, Func<T, string> describe)
    {
        var began = Stopwatch.GetTimestamp();
        var outcome = await work();
        _stages.Add(new(stage, Stopwatch.GetElapsedTime(began), describe(outcome)));
        Result = Result with { Stages = [.. _stages] };
        return outcome;
    }

    /// <summary>Does the stages' work; what ends it early becomes the reason why the record is incomplete.</summary>
    /// <returns>The exit code of a fault; null when the work ended, or a person ended it.</returns>
    public async Task<ExitCode?> GuardAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        try
        {
            // What hangs when nobody waits any longer is left behind: its server goes with this program.
            await Task.Run(work, CancellationToken.None).WaitAsync(Interruption.Abandoned);
            return null;
        }
        catch (Exception interrupted) when (cancellationToken.IsCancellationRequested)
        {
            var stage = Result.Stages.Count == 0 ? "before the first stage ended" : $"after the stage '{Result.Stages[^1].Stage}'";
            Incomplete($"Interrupted {stage}; what was measured until then is below.");
            return interrupted is OperationCanceledException ? null : ExitCode.Inconclusive;
        }
        catch (Exception fault)
        {
            Incomplete(Faults.Sentence(fault));
            Console.Error.WriteLine(Faults.Sentence(fault));
            return fault is HarnessException ours ? ours.ExitCode : ExitCode.Fault;
        }
    }

    public void Add(Func<RunResult, RunResult> change) => Result = change(Result);

    /// <summary>Keeps what scenarios measured; what a reader should know of it becomes a note of the run.</summary>
    public void Add(IReadOnlyList<ScenarioResult> results) => Add(run => run with
    {
        Scenarios = [.. run.Scenarios, .. results],
        Warnings = [.. run.Warnings, .. results.SelectMany(result => result.Notes.Select(note => $"{result.Name}: {note}"))],
    });

    /// <summary>Marks what scenarios measured as incomplete.</summary>
    public void EndEarly(IReadOnlyList<ScenarioResult> results, string reason) => Add(run => run with
    {
        Scenarios = [.. run.Scenarios.Select(result => results.Contains(result) ? result with
        {
            AbortReason = result.AbortReason ?? reason,
        } : result)],
    });

    public void Incomplete(string reason) => Result = Result with { IncompleteReason = reason };

    /// <summary>Closes the record with its duration and peak memory.</summary>
    public RunResult End()
    {
        using var self = Process.GetCurrentProcess();
        var peakServer = Result.Observation?.Samples.Max(sample => sample.ServerResidentBytes);
        return Result with
        {
            Identity = Result.Identity with
            {
                Duration = Stopwatch.GetElapsedTime(_began),
                PeakProgramBytes = self.PeakWorkingSet64,
                PeakServerBytes = peakServer > 0 ? peakServer : null,
            },
        };
    }

    private static Dictionary<string, string> Describe(HarnessOptions options)
    {
        var described = options.Workload is { } folder ? WorkloadStages.Describe(options, folder) : DescribeProfile(options);
        // Not where there are none: earlier runs did not know the word.
        if (options.Agents is { } agents) described["agents"] = agents.Count.ToString();
        return described;
    }

    private static Dictionary<string, string> DescribeProfile(HarnessOptions options) => new(OfSpread(options.Spread))
    {
        ["contacts"] = options.Contacts.ToString(),
        ["profile"] = ProfileCatalog.NameOf(options.Profile),
        ["database"] = options.Database.ToString(),
        ["seed"] = options.Seed.ToString(),
        ["settings"] = options.ServerProfile.ToString().ToLowerInvariant(),
        ["engine"] = options.Engine.ToString().ToLowerInvariant(),
        ["pooler"] = options.Pooler.ToString().ToLowerInvariant(),
        ["reuse"] = options.Reuse ? "yes" : "no",
    };

    // Of one workspace nothing is said, as before there was a choice.
    private static IEnumerable<KeyValuePair<string, string>> OfSpread(WorkspaceSpread spread) => spread.IsOne() ? [] :
    [
        new("workspaces", spread.Workspaces.ToString()),
        new("skew", spread.Skew.ToString()),
    ];
}

/// <summary>What is known of this build.</summary>
public static class BuildFacts
{
    public static string Version { get; } = typeof(BuildFacts).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>Two programs of equal words are the same one.</summary>
    public static string Words => $"version {Version}, commit {Commit}, {Configuration}";

    public static string Configuration { get; } =
        typeof(BuildFacts).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "unknown";

    /// <summary>The SDK stamps the commit behind a plus sign when it builds inside a repository.</summary>
    public static string Commit { get; } =
        typeof(BuildFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split(
            '+') is [_, { Length: >= 7 } commit, ..]
            ? commit[..7]
            : "unknown";
}
