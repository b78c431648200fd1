using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Measurement;

/// <summary>
/// What a verb found on copies of filled clusters, instead of the load that <c>run</c> plays. Each kind says of itself what every reader of
/// a run asks for.
/// </summary>
public interface IFindings
{
    /// <summary>That finds it.</summary>
    string Verb { get; }

    /// <summary>Leads that it was measured with, the most where there were several sizes; null where there were none.</summary>
    long? MostContacts { get; }

    /// <summary>The servers in words.</summary>
    string Servers { get; }

    /// <summary>Name of the file system that the servers' data was on; null where it was not seen.</summary>
    string? FileSystem => null;

    /// <summary>
    /// Whether other targets can be applied to what is on record. Most verbs hold against their targets while they measure, or have none.
    /// </summary>
    bool IsJudgedByTargets => false;

    /// <summary>Why its figures must not be trusted, in sentences: each makes its run invalid.</summary>
    IEnumerable<string> Doubts => [];

    /// <summary>What it comes to: the targets of a load do not apply.</summary>
    IReadOnlyList<Verdict> Verdicts { get; }

    /// <summary>
    /// The same figures held against other targets. All of it says so, and not the verdicts of the run alone: readers see both.
    /// </summary>
    IFindings JudgedBy(IReadOnlyList<Target> targets) => this;

    /// <summary>All of it, for a terminal and for summary.md.</summary>
    string ToMarkdown();
}
