using LoadHarness.Core.Measurement;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Statistics;
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

    string IFindings.Verb => "headroom";

    long? IFindings.MostContacts => Contacts;

    string IFindings.Servers => $"PostgreSQL {Server}, copies of one cluster";

    string IFindings.ToMarkdown() => HeadroomText.Of(this);
}

/// <summary>How much faster requests may come than the profile says.</summary>
/// <param name="ProfileRate">Requests a second of the profile.</param>
/// <param name="Held">The highest rate that held, one of each round.</param>
public sealed record ScenarioHeadroom(string Scenario, double ProfileRate, IReadOnlyList<HeldLevel> Held)
{
    /// <summary>Requests a second: the geometric mean of the rounds.</summary>
    public double Rate { get; init; } = ProofArithmetic.GeometricMean([.. Held.Select(level => level.Level)]);

    /// <summary>95%, in requests a second; null for a single round.</summary>
    public ConfidenceInterval? Interval { get; init; } = Intervals.OfMean([.. Held.Select(level => Math.Log(level.Level))]) is { } logs
        ? new(FigureRange.Exp(logs.Low), FigureRange.Exp(logs.High))
        : null;

    /// <summary>What broke next above the rate that held; in a round without any, a sentence that says so.</summary>
    public string FirstToBreak() => Held.Select(level => level.Broke).FirstOrDefault(broke => broke is not null)
        ?? "nothing broke at the highest rate that was tried";

    /// <summary>The end of the search that rounds came to, so that the rate is a bound; null where each round found its rate.</summary>
    internal SearchEnd? End =>
        (Held.Any(level => level.End == SearchEnd.AtMost), Held.Any(level => level.End == SearchEnd.BelowLeast)) switch
        {
            (true, false) => SearchEnd.AtMost,
            (false, true) => SearchEnd.BelowLeast,
            _ => null,
        };

    internal Verdict Verdict() => Verdicts.Verdict.Judged(
        Scenario, "Highest rate that keeps every target, times the profile's",
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

    private double TimesProfile(double rate) => FigureRange.Clamp(rate / ProfileRate);
}
