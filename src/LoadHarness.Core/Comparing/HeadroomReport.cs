using LoadHarness.Core.Measurement;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Statistics;
using LoadHarness.Core.Validity;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Comparing;

/// <summary>
/// The highest rate at which every scenario still keeps its targets, from <c>headroom</c>. A target is judged at the profile's rate, which
/// is what the scenario is for; this says how far saturation is from there.
/// </summary>
/// <param name="Level">How long each rate was offered.</param>
public sealed record HeadroomReport(
    long Contacts, ulong Seed, DateTimeOffset StartedUtc, TimeSpan Duration, string Server, TimeSpan Level,
    IReadOnlyList<ScenarioHeadroom> Scenarios) : IFindings
{
    /// <summary>One for each scenario.</summary>
    public IReadOnlyList<Verdict> Verdicts { get; init; } = [.. Scenarios.Select(scenario => scenario.Verdict())];

    /// <summary>Name of the file system that the data was on; null where it was not seen, and in runs of older versions.</summary>
    public string? FileSystem { get; init; }

    string IFindings.Verb => "headroom";

    long? IFindings.MostContacts => Contacts;

    string IFindings.Servers => $"PostgreSQL {Server}, copies of one cluster";

    IEnumerable<string> IFindings.Doubts =>
        [.. Scenarios.Select(scenario => scenario.Doubt).OfType<string>(), .. DataStorage.Doubts(FileSystem)];

    string IFindings.ToMarkdown() => HeadroomText.Of(this);
}

/// <summary>How much faster requests may come than the profile says.</summary>
/// <param name="ProfileRate">Requests a second of the profile.</param>
/// <param name="Held">The highest rate that held, one of each round.</param>
public sealed record ScenarioHeadroom(string Scenario, double ProfileRate, IReadOnlyList<HeldLevel> Held)
{
    private const string Title = "Highest rate that keeps every target, times the profile's";

    /// <summary>Requests a second: the geometric mean of the rounds; 0 where none held a rate.</summary>
    public double Rate { get; init; } = Rates(Held) is { Count: > 0 } rates ? ProofArithmetic.GeometricMean(rates) : 0;

    /// <summary>95%, in requests a second; null for a single round.</summary>
    public ConfidenceInterval? Interval { get; init; } = Intervals.OfMean([.. Rates(Held).Select(rate => Math.Log(rate))]) is { } logs
        ? new(FigureRange.Exp(logs.Low), FigureRange.Exp(logs.High))
        : null;

    /// <summary>What broke next above the rate that held; in a round without any, a sentence that says so.</summary>
    public string FirstToBreak() =>
        Held.OrderBy(level => level.IsSpoilt).Select(level => level.Broke).FirstOrDefault(broke => broke is not null)
            ?? "nothing broke at the highest rate that was tried";

    /// <summary>The end of the search that rounds came to, so that the rate is a bound; null where each round found its rate.</summary>
    internal SearchEnd? End => (Ends(SearchEnd.AtMost) || Ends(SearchEnd.SpoiltAbove), Ends(SearchEnd.BelowLeast)) switch
    {
        (true, false) => SearchEnd.AtMost,
        (false, true) => SearchEnd.BelowLeast,
        _ => null,
    };

    /// <summary>
    /// Why it cannot be judged: the generator or a neighbour ended a round before it held the profile's rate. Null where none did; a round
    /// that held it before shows that much.
    /// </summary>
    public string? Doubt => Held.FirstOrDefault(
        level => level.End == SearchEnd.Spoilt || (level.End == SearchEnd.SpoiltAbove && level.Level < ProfileRate))?.Broke;

    internal Verdict Verdict() => Doubt is { } doubt
        ? Verdicts.Verdict.Undecided(Scenario, Title, doubt, Limit.AtLeast(1, "×"))
        : Judged();

    private Verdict Judged() => Verdicts.Verdict.Judged(
        Scenario, Title,
        new(Rate / ProfileRate, Interval is { } rates ? new(TimesProfile(rates.Low), TimesProfile(rates.High)) : null, Held.Count)
        {
            Known = End switch
            {
                SearchEnd.AtMost => new(To: Rate / ProfileRate),
                SearchEnd.BelowLeast => new(From: Rate / ProfileRate),
                _ => null,
            },
        },
        Limit.AtLeast(1, "×"), $"{HeadroomText.RateOf(this)}; {FirstToBreak()}");

    private bool Ends(SearchEnd end) => Held.Any(level => level.End == end);

    private static List<double> Rates(IReadOnlyList<HeldLevel> held) =>
        [.. held.Where(level => level.End != SearchEnd.Spoilt).Select(level => level.Level)];

    private double TimesProfile(double rate) => FigureRange.Clamp(rate / ProfileRate);
}
