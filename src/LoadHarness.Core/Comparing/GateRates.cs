using System.Text.Json.Serialization;
using LoadHarness.Core.Input;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Statistics;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Comparing;

/// <summary>The gate's own error rates on one machine: what <c>gate selftest</c> found.</summary>
/// <param name="SlotSeconds">How long each arm was loaded in a pair; zero: by counters and plans alone.</param>
/// <param name="Sessions">Calls of the program that the comparisons were measured in.</param>
public sealed record GateRates(
    DateTimeOffset StartedUtc, TimeSpan Duration, string Machine, long Contacts, ulong Seed, [property: Within(0, 60)] double SlotSeconds,
    int Sessions, IReadOnlyList<GateRate> Rates) : IFindings
{
    /// <summary>What the rates are judged by, in words.</summary>
    public const string Rule = "Identical arms must raise no alarm. A planted fault must be found each time, one that slows by 10% in "
        + "nine of ten; in seven of eight faults the right cause must stand first each time the fault is found.";

    /// <summary>Percent of the planted faults, seven of eight: of some an operation that it slows may stand before the cause.</summary>
    private const double LeastNamed = 87.5;

    /// <summary>What the comparisons were by, in words.</summary>
    [JsonIgnore]
    public string Means => SlotSeconds > 0
        ? $"counters, plans and times in slots of {SlotSeconds:0.##} s"
        : "counters and plans alone, which do not depend on the machine's load";

    /// <summary>
    /// Identical arms must raise no alarm, every planted fault must be found as often as its rate says, and most must be named.
    /// </summary>
    public IReadOnlyList<Verdict> Verdicts { get; init; } = [.. Rates.Select(rate => rate.Verdict()), .. Named(Rates)];

    string IFindings.Verb => "gate selftest";

    long? IFindings.MostContacts => Contacts;

    string IFindings.Servers => "copies of one cluster";

    string IFindings.ToMarkdown() => GateRatesText.Of(this);

    private static IEnumerable<Verdict> Named(IReadOnlyList<GateRate> rates)
    {
        var planted = rates.Where(rate => rate.CauseFirst is not null).ToList();
        if (planted.Count == 0) yield break;
        var others = planted.Where(rate => !rate.IsNamed).Select(rate => rate.Kind).ToList();
        yield return Verdict.Counted(
            "right cause first", "Planted faults whose cause stood first", 100.0 * (planted.Count - others.Count) / planted.Count,
            Limit.AtLeast(LeastNamed, "%"), planted.Count,
            others.Count == 0 ? "The right cause stood first each time." : $"Not each time: {string.Join(", ", others)}.");
    }
}

/// <summary>How often one kind of comparison raised an alarm.</summary>
/// <param name="Count">Comparisons with an alarm.</param>
/// <param name="CauseFirst">Comparisons in which the right cause stood first; null for identical arms.</param>
/// <param name="Interval">95% interval of the rate, by Clopper and Pearson.</param>
/// <param name="Example">The first cause that was named in one of them; null for none.</param>
public sealed record GateRate(
    string Kind, [property: Within(0, 1_000_000)] int Count, [property: Within(0, 1_000_000)] int Suites, int? CauseFirst,
    ConfidenceInterval Interval, string? Example)
{
    /// <summary>
    /// Comparisons in which no alarm was raised and a figure stayed undecided, so that the gate says that it cannot tell; null where none
    /// of them says.
    /// </summary>
    public SuiteCount? Undecided { get; init; }

    /// <summary>Percent of the comparisons with a planted fault that must find it.</summary>
    [Within(0, 100)]
    public double LeastFound { get; init; } = 100;

    /// <summary>Whether the planted fault was found, and the right cause stood first each time.</summary>
    internal bool IsNamed => Count > 0 && CauseFirst >= Count;

    private bool IsOfIdenticalArms => CauseFirst is null;

    /// <param name="suites">Of one kind, in the order in which they were measured.</param>
    public static GateRate Of(string kind, IReadOnlyList<GateSuite> suites)
    {
        var alarms = suites.Count(suite => suite.Alarm);
        var telling = suites.Where(suite => suite.Undecided is not null).ToList();
        return new(
            kind, alarms, suites.Count, suites.All(suite => suite.CauseFirst is null)
                ? null
                : suites.Count(suite => suite.CauseFirst == true),
            Proportions.ClopperPearson(alarms, suites.Count), suites.FirstOrDefault(suite => suite.Cause is not null)?.Cause)
        {
            Undecided = telling.Count == 0 ? null : new(telling.Count(suite => !suite.Alarm && suite.Undecided > 0), telling.Count),
        };
    }

    public string Sentence() => $"{Kind}: {Count} of {Suites} ({100 * Interval.Low:0.#} to {100 * Interval.High:0.#}%)"
        + (CauseFirst is { } named ? $", right cause first in {named}" : "")
        + (Undecided is { } undecided ? $", no alarm and undecided in {undecided}" : "");

    public Verdict Verdict()
    {
        const string title = "Comparisons with an alarm";
        if (Suites == 0) return Verdicts.Verdict.Unavailable(Kind, title, "No comparison of this kind was measured.");
        var limit = IsOfIdenticalArms ? Limit.AtMost(0, "%") : Limit.AtLeast(LeastFound, "%");
        return Verdicts.Verdict.Counted(Kind, title, 100.0 * Count / Suites, limit, Suites, Example is null
            ? Sentence()
            : $"{Sentence()}; first cause named: {Example}");
    }
}

/// <param name="Of">Of so many that say.</param>
public sealed record SuiteCount([property: Within(0, 1_000_000)] int Count, [property: Within(0, 1_000_000)] int Of)
{
    public override string ToString() => $"{Count} of {Of}";
}

/// <summary>One comparison of the self-test, a line of its file.</summary>
/// <param name="Kind">Identical arms, or the planted fault.</param>
/// <param name="Number">Of the suite: the seed of its draws hangs on it, so that no two are alike.</param>
/// <param name="Alarm">Whether the gate would have failed.</param>
/// <param name="Cause">What stood first; null without an alarm.</param>
/// <param name="CauseFirst">Whether it was the planted one; null for identical arms.</param>
/// <param name="Session">One call of the program.</param>
/// <param name="SlotSeconds">As in <see cref="GateRates"/>; 0 where only counters can or need to decide.</param>
public sealed record GateSuite(
    string Kind, int Number, bool Alarm, string? Cause, bool? CauseFirst, DateTimeOffset AtUtc, TimeSpan Duration, string Session,
    string Commit, double SlotSeconds, long Contacts, ulong Seed)
{
    /// <summary>Figures that stayed undecided; null in a line that does not say.</summary>
    public int? Undecided { get; init; }

    /// <summary>Whether it may be counted together with others of these: slots of another length have other error rates.</summary>
    public bool IsOf(string kind, TimeSpan slot, long contacts, ulong seed) =>
        Kind == kind && SlotSeconds == slot.TotalSeconds && Contacts == contacts && Seed == seed;
}
