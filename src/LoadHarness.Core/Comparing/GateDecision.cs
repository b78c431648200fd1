namespace LoadHarness.Core.Comparing;

/// <summary>What a comparison with the pinned baseline means for a CI job.</summary>
/// <param name="Regressions">What got worse, each operation once, the likeliest causes first.</param>
/// <param name="Improvements">
/// Operations that got at least 10% better: to be verified, since a test that does less looks like that too.
/// </param>
/// <param name="Open">Figures that are neither shown worse nor shown the same.</param>
public sealed record GateDecision(
    ExitCode ExitCode, IReadOnlyList<GateAlert> Regressions, IReadOnlyList<string> Improvements, IReadOnlyList<string> Open,
        IReadOnlyList<string> Causes)
{
    private const double WorthVerifying = 1.10;

    /// <param name="earlier">Nights against the same pin, oldest first.</param>
    public static GateDecision Of(ArmComparison comparison, IReadOnlyList<GateNight> earlier) => Of(comparison, GateContext.Known(earlier));

    public static GateDecision Of(ArmComparison comparison, GateContext gate) => Of(comparison, gate.KnownSince);

    private static GateDecision Of(ArmComparison comparison, IReadOnlyDictionary<string, DateTimeOffset> knownSince)
    {
        IReadOnlyList<GateAlert> regressions =
            [.. comparison.WorseOperations.Select(operation => Alert(comparison, operation, knownSince))];
        IReadOnlyList<string> open =
        [
            .. comparison.Undecided,
            .. comparison.Times.Where(time => time.IsUndecided)
                .Select(time => $"{time.Operation} {time.Metric}: {time.Sentence()}"),
        ];
        var exitCode = regressions.Count > 0 ? ExitCode.Regression : open.Count > 0 ? ExitCode.Inconclusive : ExitCode.AllMet;
        return new(exitCode, regressions, Better(comparison), open, Comparing.Causes.Of(comparison));
    }

    public string Headline => ExitCode switch
    {
        ExitCode.Regression => Regressions.All(alert => alert.KnownSince is not null)
            ? $"{Regressions.Count} known regressions, none new"
            : $"{Regressions.Count(alert => alert.KnownSince is null)} new regressions, "
                + $"{Regressions.Count(alert => alert.KnownSince is not null)} known",
        ExitCode.Inconclusive => $"no regression shown, and {Open.Count} figures are undecided",
        _ => "no regression",
    };

    // One alert a shift: what the nights before found against the same pin is known, until one finds it well or the pin moves.
    private static GateAlert Alert(ArmComparison comparison, string operation, IReadOnlyDictionary<string, DateTimeOffset> knownSince)
    {
        var factor = comparison.Times.Where(time => time.Operation == operation && time.IsShownSlower).Select(time => (double?)time.Ratio)
            .Concat(comparison.Counters.Where(change => change.Operation == operation && change.IsWorse).Select(change => change.Ratio))
            .Max();
        return new(operation, factor, knownSince.TryGetValue(operation, out var since) ? since : null);
    }

    private static IReadOnlyList<string> Better(ArmComparison comparison) =>
    [
        .. comparison.Times.Where(time => time.IsShownFaster && 1 / time.Ratio >= WorthVerifying)
            .Select(time => $"verify {time.Operation} {time.Metric}: {time.Sentence()}"),
        .. comparison.Counters.Where(change => !change.IsWorse && change.B * WorthVerifying <= change.A)
            .Select(change => $"verify {change.Operation}: {change.Counter} a call {change.A:0.#} to {change.B:0.#}"),
    ];
}

/// <param name="Factor">B over A: the largest of the operation's figures; null where A has none.</param>
/// <param name="KnownSince">The first of the nights against this pin that found it, up to the latest; null when it is new.</param>
public sealed record GateAlert(string Operation, double? Factor, DateTimeOffset? KnownSince);

/// <summary>One night of the gate, a line of its history.</summary>
/// <param name="Pin">What it was compared with: the hash of a commit, or a folder with the checksum of its files.</param>
/// <param name="Worse">Operations that were worse.</param>
/// <param name="Ratios">B over A of the mean response times, by operation.</param>
public sealed record GateNight(
    DateTimeOffset AtUtc, string Pin, string Commit, IReadOnlyList<string> Worse, IReadOnlyDictionary<string, double> Ratios)
{
    /// <summary>Null in a line of an earlier version, which is like no other.</summary>
    public GateConditions? Conditions { get; init; }

    /// <summary>
    /// Operations with a figure that was not decided, and the beginning of each sentence on what was not compared. Empty in a line of an
    /// earlier version.
    /// </summary>
    public IReadOnlyList<string> Undecided { get; init; } = [];

    public static GateNight Of(ArmComparison comparison, string pin, string commit, GateConditions conditions) => new(
        comparison.StartedUtc, pin, commit, comparison.WorseOperations,
        comparison.Times.Where(time => time.Metric == "mean").ToDictionary(time => time.Operation, time => time.Ratio))
    {
        Conditions = conditions,
        Undecided =
        [
            .. comparison.Times.Where(time => time.IsUndecided).Select(time => time.Operation)
                .Concat(comparison.Undecided.Select(sentence => sentence.Split(':')[0])).Distinct(),
        ],
    };

    /// <summary>Whether what it found says something of a night against the pin under the same conditions.</summary>
    public bool IsLike(string pin, GateConditions conditions) => Pin == pin && Conditions == conditions;

    /// <summary>Whether it would have found an operation that was worse.</summary>
    /// <param name="timed">Operations that a night has a ratio of; by counters alone there are none, and others never have one.</param>
    internal bool Saw(string operation, HashSet<string> timed) => !Undecided.Any(words => AreOf(operation, words))
        && (timed.Contains(operation) ? Ratios.ContainsKey(operation) : Ratios.Count > 0 || timed.Count == 0);

    // "scenario/operation mean" and "B has no operation refund.": the sentences of a comparison.
    private static bool AreOf(string operation, string words) => words == operation
        || words.StartsWith($"{operation} ", StringComparison.Ordinal)
        || words.EndsWith($" has no operation {operation.Split('/')[^1]}.", StringComparison.Ordinal);
}

/// <summary>
/// What two nights have in common that are held against each other: a ratio at another scale, or by counters alone, is another figure.
/// </summary>
/// <param name="Contacts">Leads; zero for a workload of one's own.</param>
/// <param name="Seed">Of the rows.</param>
/// <param name="Settings">The profile of the server's settings.</param>
/// <param name="SlotSeconds">How long each arm is loaded in a pair; zero: by counters and plans alone.</param>
public sealed record GateConditions(long Contacts, ulong Seed, string Settings, double SlotSeconds);
