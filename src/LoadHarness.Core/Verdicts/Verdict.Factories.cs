using LoadHarness.Core.Words;

namespace LoadHarness.Core.Verdicts;

/// <summary>The ways in which a verdict comes about.</summary>
public sealed partial record Verdict
{
    private const string NotFinite = "the figure is not a finite number, so nothing was measured";

    /// <summary>A sampled figure against its limit, by its whole 95% interval.</summary>
    public static Verdict Judged(string id, string title, Measured measured, Limit limit, string evidence) =>
        measured.Figure is { } figure && !double.IsFinite(figure)
            ? Unavailable(id, title, NotFinite, limit)
            : With(id, title, KindOf(measured, limit), limit, evidence) with
            {
                Figure = measured.Figure,
                Samples = measured.Samples,
                Interval = measured.Interval is { IsFinite: true } ? measured.Interval : null,
                Known = measured.Known,
                Subject = measured.Subject,
                Source = measured.Source,
                Reason = WhyNotMet(measured, limit),
            };

    /// <summary>A count, a size, or an error against a known truth: a figure without a sampling error of its own.</summary>
    /// <param name="what">
    /// What was checked to get it; it is shown where other figures have their interval. Null where the evidence says it.
    /// </param>
    public static Verdict Counted(string id, string title, double? figure, Limit limit, long samples, string evidence, string? what = null)
    {
        if (figure is not { } value) return Unavailable(id, title, evidence, limit);
        if (!double.IsFinite(value)) return Unavailable(id, title, NotFinite, limit);
        var kind = limit.Decide(ConfidenceInterval.Exactly(value), samples: 1, minimumSamples: 1);
        return With(id, title, kind, limit, evidence) with
        {
            Figure = value,
            Samples = samples,
            Checked = what,
            Reason = kind == VerdictKind.Met
                ? null
                : $"{Format.Figure(value, limit.Unit, limit.Value)} counted, {Format.Limit(limit)} required",
        };
    }

    /// <summary>A fact that was looked up and not sampled.</summary>
    /// <param name="evidence">What was found and, where it is missed, what to do.</param>
    public static Verdict Looked(string id, string title, bool met, string evidence) =>
        new(id, title, met ? VerdictKind.Met : VerdictKind.Missed, evidence) { Reason = met ? null : Clause(evidence) };

    /// <summary>The figure that stands next to a fact; one outside its limit makes the fact missed.</summary>
    public Verdict Showing(double? figure, string unit, Limit? limit = null) => this with
    {
        Kind = Kind == VerdictKind.Met && figure is { } value && limit?.Allows(value) == false ? VerdictKind.Missed : Kind,
        Figure = figure,
        Samples = figure is null ? 0 : 1,
        Limit = limit?.Value,
        Direction = limit?.Direction ?? LimitDirection.AtLeast,
        Unit = unit,
    };

    /// <summary>A figure that is stated and not judged.</summary>
    public static Verdict Stated(string id, string title, double? figure, string unit, long samples, string evidence) =>
        figure is { } value && double.IsFinite(value)
            ? new(id, title, VerdictKind.Stated, evidence) { Figure = value, Unit = unit, Samples = samples }
            : Unavailable(id, title, evidence) with { Unit = unit };

    /// <summary>Something that is told and not judged, without a figure.</summary>
    public static Verdict Stated(string id, string title, string evidence) => new(id, title, VerdictKind.Stated, evidence);

    /// <summary>Nothing was measured.</summary>
    /// <param name="reason">Why, and what to do for it.</param>
    /// <param name="limit">What it would have been held against.</param>
    /// <param name="command">That would judge it, as typed behind the program's name.</param>
    public static Verdict Unavailable(string id, string title, string reason, Limit? limit = null, string? command = null) =>
        With(id, title, VerdictKind.Unavailable, limit, reason) with { Reason = Clause(reason), Command = command };

    /// <summary>Something was begun and could not be brought to an end, such as a look that had to wait for a lock.</summary>
    /// <param name="limit">What a figure would have been held against.</param>
    public static Verdict Undecided(string id, string title, string reason, Limit? limit = null) =>
        With(id, title, VerdictKind.Inconclusive, limit, reason) with { Reason = Clause(reason) };

    /// <summary>A requirement of several parts: as well met as the worst of them.</summary>
    /// <param name="figure">What is shown for the whole, such as the number of parts judged.</param>
    public static Verdict Worst(string id, string title, IReadOnlyList<Verdict> parts, string evidence, double? figure = null,
        Limit? limit = null)
    {
        var kind = VerdictKinds.Worst(parts.Select(part => part.Kind));
        return With(id, title, kind, limit, evidence) with
        {
            Figure = figure,
            Samples = parts.Sum(part => part.Samples),
            Checked = string.Join(", ", parts.Select(part => $"{part.Id} {CheckReport.Word(part.Kind)}")),
            Reason = kind == VerdictKind.Met ? null : ReasonOf(parts.FirstOrDefault(part => part.Kind == kind)),
            // The figure may lie inside its limit: the number of leads, where a target of them was missed.
            ByCause = kind == VerdictKind.Missed,
            OfOthers = true,
            Caveats = [.. parts.SelectMany(part => part.Caveats).Distinct()],
        };
    }

    private static string? ReasonOf(Verdict? part) => part is null ? null : $"{part.Id}: {part.Reason ?? Clause(part.Evidence)}";

    /// <summary>The same figure, missed for a cause that outweighs it, such as requests that failed.</summary>
    public Verdict MissedBecause(string reason) => this with { Kind = VerdictKind.Missed, Reason = reason, ByCause = true };

    /// <summary>The same figure, undecided for a cause that outweighs it. What is missed stays missed.</summary>
    public Verdict UndecidedBecause(string reason) =>
        Kind == VerdictKind.Missed ? this : this with { Kind = VerdictKind.Inconclusive, Reason = reason };

    /// <summary>
    /// A second look at the same requirement: the worse verdict, the first figure that there is, and the evidence of both.
    /// </summary>
    public Verdict And(Verdict other)
    {
        var kind = VerdictKinds.Worst([Kind, other.Kind]);
        return (Figure is null && other.Figure is not null ? other : this) with
        {
            Id = Id,
            Title = Title,
            Kind = kind,
            Reason = kind == VerdictKind.Met ? null : kind == Kind ? Reason : other.Reason,
            ByCause = kind == VerdictKind.Missed && (ByCause || other.ByCause || Kind != kind),
            Evidence = $"{Evidence}; {other.Evidence}",
            Caveats = [.. Caveats.Union(other.Caveats)],
        };
    }

    /// <summary>Under the id and the title of the requirement that it answers.</summary>
    public Verdict As(string id, string title) => this with { Id = id, Title = title };

    /// <summary>Without a figure, the limit that one would be held against. A figure keeps the limit that it was judged by.</summary>
    public Verdict Requiring(Limit limit) =>
        Figure is null ? this with { Limit = limit.Value, Direction = limit.Direction, Unit = limit.Unit } : this;

    public Verdict Qualified(IReadOnlyList<string> caveats) => this with { Caveats = [.. Caveats, .. caveats] };

    /// <param name="contacts">Leads at which the claim is made.</param>
    public Verdict ClaimedAt(long contacts) => this with { ClaimedAtContacts = contacts };

    /// <summary>What the figure is of and where it comes from.</summary>
    public Verdict Of(string? subject, string? source) => this with { Subject = subject, Source = source };

    private static Verdict With(string id, string title, VerdictKind kind, Limit? limit, string evidence) => new(id, title, kind, evidence)
    {
        Limit = limit?.Value,
        Direction = limit?.Direction ?? LimitDirection.AtLeast,
        Unit = limit?.Unit ?? "",
    };

    /// <summary>Evidence that contradicts itself decides nothing.</summary>
    private static VerdictKind KindOf(Measured measured, Limit limit) =>
        IsWithin(measured) ? limit.Decide(measured.Interval, measured.Samples, measured.MinimumSamples) : VerdictKind.Inconclusive;

    private static bool IsWithin(Measured measured) =>
        measured is not { Figure: { } figure, Interval: { IsFinite: true } interval }
            || (interval.Low <= figure && figure <= interval.High);

    private static string? WhyNotMet(Measured measured, Limit limit) => KindOf(measured, limit) switch
    {
        VerdictKind.Met => null,
        VerdictKind.Missed =>
            $"{VerdictWords.Figure(measured.Figure, limit.Unit, limit.Value, measured.Known)} measured ({IntervalOf(measured, limit)}), "
                + $"{Format.Limit(limit)} required",
        _ when measured.Samples < measured.MinimumSamples =>
            $"{Format.Counted(measured.Samples, "sample")}, at least {Format.Count(measured.MinimumSamples)} wanted",
        _ when measured.Interval is not { IsFinite: true } =>
            $"{Format.Counted(measured.Samples, "sample")} are too few for a 95% interval",
        _ when !IsWithin(measured) => "the figure lies outside its own interval",
        _ => $"the 95% interval, {IntervalOf(measured, limit)}, crosses the limit: {Format.Limit(limit)} required",
    };

    private static string IntervalOf(Measured measured, Limit limit) =>
        VerdictWords.Interval(measured.Interval, limit.Unit, limit.Value, measured.Known);

    private static string Clause(string sentence) => sentence.TrimEnd().TrimEnd('.');
}
