using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Core.Statistics;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Comparing;

/// <summary>A target of a response time, as an operation is held against it.</summary>
/// <param name="Milliseconds">The limit; of imports and campaigns, for as many items as were measured.</param>
public sealed record ScaleTarget(Target Target, double Milliseconds)
{
    /// <param name="operation"><c>scenario/operation</c>.</param>
    /// <param name="items">Rows or recipients of one call.</param>
    /// <returns>All of the operation; none where it has no such target.</returns>
    public static IReadOnlyList<ScaleTarget> Of(string operation, long items, IReadOnlyList<Target> targets) =>
        [.. targets.Where(target => IsOf(target, operation)).Select(target => Of(target, items))];

    private static ScaleTarget Of(Target target, long items)
    {
        var share = target.ClaimedItems > 0 ? Math.Min(1, (double)items / target.ClaimedItems) : 1;
        return new(target, TimeUnit.ToMilliseconds(target.Limit * share, target.Unit));
    }

    private static bool IsOf(Target target, string operation) =>
        target.Statistic is Statistic.ResponseP95 or Statistic.ResponseP99 or Statistic.ResponseMean
        && target.Scenario is { } scenario && OperationPath.IsWithin(operation, scenario)
        && (target.Operation is null || operation == OperationPath.Of(scenario, target.Operation));
}

/// <summary>The number of leads at which an operation would pass its target.</summary>
/// <param name="ClaimedAt">A target that is claimed at no number of leads has to hold at the smallest size measured.</param>
/// <param name="Size">From half of the claim or the smallest size, whichever is less, to <see cref="Beyond"/>.</param>
/// <param name="Interval">95%.</param>
public sealed record TargetPassing(
    string Target, double LimitMilliseconds, long ClaimedAt, double Size, ConfidenceInterval Interval, bool IsOfPercentile)
{
    /// <summary>A forecast further out says nothing.</summary>
    public const double Beyond = ContactCount.Largest;

    /// <summary>Below it was not looked, as not beyond <see cref="Beyond"/>; null in records that do not say.</summary>
    public double? From { get; init; }

    internal Limit Bound => Limit.AtLeast(ClaimedAt, "leads");

    internal const string Title = "Leads at which its target would be passed";

    public static TargetPassing Of(PowerFit fit, ScaleTarget target, long smallest)
    {
        var claimedAt = target.Target.ClaimedAtContacts > 0 ? target.Target.ClaimedAtContacts : smallest;
        // From well below the claim: what is cut off at the claim itself would hold it.
        var from = Math.Min(smallest, claimedAt) / 2.0;
        var (size, interval) = fit.SizeAt(target.Milliseconds, from, Beyond);
        return new(target.Target.Id, target.Milliseconds, claimedAt, size, interval,
            target.Target.Statistic != Statistic.ResponseMean)
        { From = from };
    }

    /// <summary>Whether the operation holds its target at the number of leads that it is claimed for.</summary>
    public Verdict Verdict(string operation, int sizes)
    {
        var id = $"{Target} {operation}";
        var measured = new Measured(Size, Interval, sizes, PowerFit.FewestPoints) { Known = new(From, Beyond) };
        var verdict = Verdicts.Verdict.Judged(id, Title, measured, Bound, Sentence());
        return IsOfPercentile ? verdict.Qualified(
            ["The mean is held against the limit, which is one of a percentile: that is passed at fewer leads."]) : verdict;
    }

    public string Sentence() => $"its mean would pass {LimitMilliseconds:0.#} ms at this many leads: {Where()}";

    /// <summary>"1.6M (1.2M to 2M)"; "beyond 100M" where it would not be passed below, "below 50k" where it is passed before.</summary>
    public string Where()
    {
        var (low, high) = (Place(Interval.Low), Place(Interval.High));
        return low == high ? Place(Size) : $"{Place(Size)} ({low} to {high})";
    }

    private string Place(double size) => size <= From ? $"below {Words(size)}" : Words(size);

    public static string Words(double size) => size switch
    {
        >= Beyond => "beyond 100M",
        >= 1e6 => $"{size / 1e6:0.#}M",
        _ => $"{size / 1e3:0.#}k",
    };
}
