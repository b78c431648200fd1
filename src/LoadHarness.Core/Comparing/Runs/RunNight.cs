using LoadHarness.Core.Measurement;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Comparing.Runs;

/// <summary>What a history keeps of one run: little, so that hundreds fit into memory.</summary>
/// <param name="Load">What was asked for, in words: runs of another load are another history.</param>
/// <param name="Machine">Where it ran, by fact: a change of one is a break.</param>
/// <param name="Schema">Checksum of the SQL under test; null where it is not known.</param>
/// <param name="IsTrusted">A measurement, and neither incomplete nor invalid: only such runs are drawn.</param>
public sealed record RunNight(
    string Id,
    DateTimeOffset StartedUtc,
    string Commit,
    string Load,
    IReadOnlyDictionary<string, RunFact> Machine,
    string? Schema,
    bool IsTrusted,
    RunState State,
    string Word,
    string Headline,
    IReadOnlyDictionary<NightName, NightFigure> Figures)
{
    /// <summary>Of the profile that made the load; null where it is not known, as in runs of earlier versions.</summary>
    public string? ProfileChecksum { get; private init; }

    /// <summary>It measured nothing, but judged the evidence of an earlier proof again: the same figures are no second night.</summary>
    public bool IsOfEvidence { get; private init; }

    private static readonly string[] ShownPercentiles = ["p50", "p95", "p99"];

    public static RunNight Of(RunResult run)
    {
        var outcome = RunVerdict.Of(run);
        var facts = BaselineFit.Facts(run).ToList();
        var ofEvidence = Proof.EvidenceOf(run) is not null;
        return new(
            run.Identity.Id,
            run.Identity.StartedUtc,
            run.Identity.Commit,
            string.Join(", ", facts.Where(fact => fact.Kind == FactKind.Load && fact.Name != OptionNames.ProfileChecksum)
                .Select(fact => $"{fact.Name} {fact.Value ?? "none"}")),
            facts.Where(fact => fact.Kind == FactKind.Machine).GroupBy(fact => fact.Name)
                .ToDictionary(group => group.Key, group => group.First()),
            run.Schema?.Checksum,
            !ofEvidence && outcome.State is not (RunState.Incomplete or RunState.Invalid),
            outcome.State,
            outcome.Word,
            outcome.Headline,
            FiguresOf(run).GroupBy(figure => figure.Name).ToDictionary(group => group.Key, group => group.First().Figure))
        {
            ProfileChecksum = facts.FirstOrDefault(fact => fact.Name == OptionNames.ProfileChecksum)?.Value,
            IsOfEvidence = ofEvidence,
        };
    }

    /// <summary>
    /// What tells it from other runs: jobs that begin in the same second at the same commit have the same id. A copy, such as one that was
    /// judged again, is the same run.
    /// </summary>
    public (string Id, DateTimeOffset StartedUtc) Identity => (Id, StartedUtc);

    /// <summary>Whether both played the same load; a profile whose content is not on record counts as the same one.</summary>
    public bool IsOfLoadOf(RunNight other) => Load == other.Load
        && (ProfileChecksum is null || other.ProfileChecksum is null || ProfileChecksum == other.ProfileChecksum);

    /// <summary>What the machine or the server has that it had not in the earlier run, in words.</summary>
    public IReadOnlyList<string> Since(RunNight earlier) =>
    [
        .. earlier.Machine.Keys.Union(Machine.Keys)
            .Select(name => (Name: name, Then: earlier.Machine.GetValueOrDefault(name), Now: Machine.GetValueOrDefault(name)))
            .Where(fact => !RunFact.AreAlike(fact.Then, fact.Now) && IsCompared(fact.Name, earlier))
            .Select(fact => $"{fact.Name}: {fact.Then?.ToldBeside(fact.Now) ?? "none"} then, "
                + $"{fact.Now?.ToldBeside(fact.Then) ?? "none"} now"),
    ];

    private bool IsCompared(string fact, RunNight earlier) =>
        !BaselineFit.IsLeftOutWhereUnsaid(fact) || (earlier.Machine.ContainsKey(fact) && Machine.ContainsKey(fact));

    private static IEnumerable<(NightName Name, NightFigure Figure)> FiguresOf(RunResult run) => Targets(run)
        .Concat(Times(run).Concat(Failed(run)).Concat(Rates(run)).Concat(Bytes(run))
            .Select(figure => (figure.Name, new NightFigure(figure.Value, null, null))))
        .Where(figure => double.IsFinite(figure.Item2.Value));

    private static IEnumerable<(NightName Name, NightFigure Figure)> Targets(RunResult run) =>
        from verdict in run.Verdicts
        where verdict is { IsJudged: true, Figure: not null, ByCause: false }
        let isSaving = Saving.Is(verdict, run)
        let moreIsWorse = isSaving || verdict.Direction == LimitDirection.AtMost
        select (
            new NightName(NightKind.Target, verdict.Id, verdict.Title, verdict.Unit, moreIsWorse)
            {
                Statistic = TargetName.Of(verdict).Statistic,
                IsSaving = isSaving,
            },
            new NightFigure(verdict.Figure!.Value, verdict.Limit, verdict.KnownInterval) { Known = verdict.Known });

    // The few requests that succeed among many that fail may be the quick ones: their times would be a change to the better.
    private static IEnumerable<(NightName Name, double Value)> Times(RunResult run) =>
        from scenario in run.Scenarios
        from operation in scenario.Operations
        where !FailedShare.IsTooLarge(operation.Accounting)
        let response = operation.Response
        let times = new[] { response.P50, response.P95, response.P99 }
        from time in ShownPercentiles.Zip(times).Append(("mean", response.P95 is null ? response.Mean : null))
        where time.Item2 is not null
        select (new NightName(NightKind.Operation, OperationPath.Of(scenario, operation), time.Item1, "ms", MoreIsWorse: true),
            time.Item2!.Value.TotalMilliseconds);

    private static IEnumerable<(NightName Name, double Value)> Failed(RunResult run) =>
        from scenario in run.Scenarios
        from operation in scenario.Operations
        where operation.Accounting.Scheduled > 0
        select (new NightName(NightKind.Operation, OperationPath.Of(scenario, operation), FailedShare.Metric, "%", MoreIsWorse: true),
            FailedShare.Percent(operation.Accounting));

    private static IEnumerable<(NightName Name, double Value)> Rates(RunResult run) => run.Scenarios
        .Where(scenario => scenario.Model == LoadModel.Closed && scenario.Measured > TimeSpan.Zero && scenario.Accounting.Completed > 0
            && !FailedShare.IsTooLarge(scenario.Accounting))
        .Select(scenario => (new NightName(NightKind.Operation, scenario.Name, "completed", "requests/min", MoreIsWorse: false),
            scenario.Accounting.Completed / scenario.Measured.TotalMinutes));

    private static IEnumerable<(NightName Name, double Value)> Bytes(RunResult run) => (run.Observation?.Sizes ?? [])
        .GroupBy(size => size.Kind)
        .Select(kind => (new NightName(NightKind.Size, "all of the database", kind.Key, "bytes", MoreIsWorse: true),
            (double)kind.Sum(size => size.BytesAfter)));
}

/// <summary>One figure that is followed over the nights.</summary>
/// <param name="Name">A target's id, <c>scenario/operation</c>, or what has a size.</param>
/// <param name="Metric">A target's title, or p95, mean, ...</param>
/// <param name="MoreIsWorse">Of what changes are looked for in, which of percent saved is what is left.</param>
public sealed record NightName(NightKind Kind, string Name, string Metric, string Unit, bool MoreIsWorse)
{
    /// <summary>Of a target, as <see cref="TargetName"/> has it: another targets file may judge another one by the same id.</summary>
    public string? Statistic { get; init; }

    /// <summary>
    /// What is less counts as this where changes are looked for: most nights no request fails, and there is no quotient to nothing. What
    /// may fail is no change.
    /// </summary>
    public double Least => this is { Kind: NightKind.Operation, Metric: FailedShare.Metric } ? FailedShare.LargestPercent : 0;

    /// <summary>Whether its figures are percent saved. They are shown so; changes are looked for in what is left.</summary>
    public bool IsSaving { get; init; }

    /// <summary>A figure of it as changes are looked for in it.</summary>
    /// <param name="run">Index of the run.</param>
    internal NightPoint Followed(int run, NightFigure figure) => IsSaving
        ? new(run, Saving.Left(figure.Value), Opposite(figure.Bound))
        : new(run, Math.Max(figure.Value, Least), figure.Bound);

    private static LimitDirection? Opposite(LimitDirection? bound) => bound switch
    {
        LimitDirection.AtLeast => LimitDirection.AtMost,
        LimitDirection.AtMost => LimitDirection.AtLeast,
        _ => null,
    };
}

/// <param name="Limit">What it was judged by; null where it is no target's.</param>
/// <param name="Interval">Its 95% interval; null where it has none.</param>
public sealed record NightFigure(double Value, double? Limit, ConfidenceInterval? Interval)
{
    /// <summary>Within which it is known; null where nothing but the measurement bounds it.</summary>
    public KnownRange? Known { get; init; }

    /// <summary>
    /// Whether the truth is at least or at most so much, where the figure is a bound. Null where it was measured, whatever the ends of its
    /// interval are.
    /// </summary>
    public LimitDirection? Bound => Known switch
    {
        { } known when known.EndsAbove(Value) => LimitDirection.AtLeast,
        { } known when known.EndsBelow(Value) => LimitDirection.AtMost,
        _ => null,
    };
}

public enum NightKind
{
    Target,
    Operation,
    Size,
}
