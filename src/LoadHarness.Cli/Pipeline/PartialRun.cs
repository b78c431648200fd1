using System.Collections.Immutable;
using System.Diagnostics;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Cli.Pipeline;

/// <summary>A run as far as it has come: what was asked for, and what its stages have given until now.</summary>
/// <param name="Began">Timestamp of its beginning, for its duration.</param>
internal sealed record PartialRun(HarnessOptions Options, DateTimeOffset Started, long Began, HostEnvironment Host)
{
    public ImmutableList<StageRecord> Records { get; init; } = [];

    /// <summary>Why there are no more records; null when every stage ended.</summary>
    public string? IncompleteReason { get; init; }

    /// <summary>The exit code of a fault; null when the stages ended, or a person ended them.</summary>
    public ExitCode? Fault { get; init; }

    public string? LastStage => Records.LastOrDefault(record => record.Timing is not null)?.Timing!.Stage;

    /// <summary>What the database was filled with; null before that.</summary>
    public SeedManifest? Seed => Last<Seeded>()?.Manifest;

    /// <summary>A row for each requirement; empty before they were looked at.</summary>
    public IReadOnlyList<Verdict> Checklist => Last<Verified>()?.Checklist ?? [];

    public static PartialRun Begin(HarnessOptions options) => new(
        options, DateTimeOffset.UtcNow, Stopwatch.GetTimestamp(), HostFacts.Read());

    public PartialRun With(params IEnumerable<StageRecord> records) => this with { Records = Records.AddRange(records) };

    /// <summary>The run's record so far: the one place where it is put together.</summary>
    public RunResult ToResult()
    {
        var (observation, found) = (Last<Observed>()?.Observation, Last<Findings>()?.Found);
        return new RunResult
        {
            Identity = Identity(observation),
            IncompleteReason = IncompleteReason,
            Fault = Fault,
            Options = AskedOptions.Of(Options),
            Command = Options.Command,
            Host = Host,
            Server = Last<Provisioned>()?.Database.Server,
            Schema = Last<Migrated>()?.Schema,
            Seed = Seed,
            Stages = [.. Records.Select(record => record.Timing).OfType<StageTiming>()],
            Scenarios = Scenarios(),
            Comparisons = [.. Records.OfType<Compared>().Select(compared => compared.Comparison)],
            Agents = Last<SharedLoad>()?.Agents ?? [],
            Observation = observation,
            Warnings = [.. Records.SelectMany(Warnings).Distinct()],
            Checklist = Checklist,
        }.Holding(found);
    }

    private T? Last<T>() where T : StageRecord => Records.OfType<T>().LastOrDefault();

    private IReadOnlyList<ScenarioResult> Scenarios() =>
        [.. Records.OfType<Measured>().SelectMany(measured => measured.Scenarios)
            .GroupBy(scenario => scenario.Name).Select(given => given.Last())];

    private static IEnumerable<string> Warnings(StageRecord record) => record is Measured measured
        ? measured.Scenarios.SelectMany(scenario => scenario.Notes.Select(note => $"{scenario.Name}: {note}"))
        : record.Warnings;

    private RunIdentity Identity(DatabaseObservation? observation)
    {
        using var self = Process.GetCurrentProcess();
        var peakServer = observation?.Samples.Max(sample => sample.ServerResidentBytes);
        return new(
            $"{Started:yyyyMMdd'T'HHmmss'Z'}-{BuildFacts.Commit}",
            Started,
            Stopwatch.GetElapsedTime(Began),
            BuildFacts.Commit,
            BuildFacts.Version,
            BuildFacts.Configuration,
            self.PeakWorkingSet64,
            peakServer > 0 ? peakServer : null);
    }
}
