using System.Text.Json.Serialization;
using LoadHarness.Core.Input;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Targets;

/// <summary>One line of <c>scenarios/targets.json</c>: what must hold of which measured figure.</summary>
/// <param name="Id">As in requirements.md, section 11.</param>
/// <param name="Scenario">Name of the measured scenario; null when <paramref name="Statistic"/> is about the run.</param>
/// <param name="Operation">Name of the operation; null for the worst over all operations of the scenario.</param>
/// <param name="MinimumSamples">Fewer make the verdict inconclusive.</param>
/// <param name="ClaimedAtContacts">Leads at which the claim is made: a smaller run says so next to its figure.</param>
/// <param name="ClaimedItems">Items that the limit is for; a run of fewer items has its limit reduced in proportion.</param>
public sealed record Target(
    string Id,
    string Title,
    Statistic Statistic,
    double Limit,
    LimitDirection Direction,
    string Unit,
    string? Scenario = null,
    string? Operation = null,
    [property: Within(1, 1e9)] int MinimumSamples = 1,
    long ClaimedAtContacts = 0,
    long ClaimedItems = 0)
{
    // A year: a limit that is meant to be none.
    private const double LongestMilliseconds = 365 * 86_400_000d;

    [JsonIgnore]
    public Limit Bound => new(Limit, Direction, Unit);

    /// <summary>The limit of a response time; null where the statistic is of something else.</summary>
    public TimeSpan? LongestResponse() =>
        Statistic is Statistic.ResponseP95 or Statistic.ResponseP99 or Statistic.ResponseMean
            && TimeUnit.Milliseconds(Unit) is { } one
                ? TimeSpan.FromMilliseconds(Math.Min(Limit * one, LongestMilliseconds))
                : null;
}

/// <summary>How a figure is taken from what was measured.</summary>
public enum Statistic
{
    /// <summary>95th percentile of the response time.</summary>
    ResponseP95,

    /// <summary>99th percentile of the response time.</summary>
    ResponseP99,

    /// <summary>Mean response time of a few long repetitions, such as whole imports.</summary>
    ResponseMean,

    /// <summary>Completed requests a minute of real time.</summary>
    CompletedPerMinute,

    /// <summary>Virtual users held at once, when at most 1% of their requests came to nothing.</summary>
    Users,

    /// <summary>Leads in the primary workspace.</summary>
    Contacts,

    /// <summary>Leads at which every other target of the run was met.</summary>
    ContactsWithAllTargetsMet,

    /// <summary>Needs a comparison that one run cannot make.</summary>
    Comparison,
}
