using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Core.Proving;

namespace LoadHarness.Reporting;

/// <summary>
/// Where, when and how the figures of a run were measured: in the same words on the page, in summary.md and in junit.xml. Evidence of
/// an earlier proof may come from another machine than the one that judged it again (<c>prove --evidence</c>).
/// </summary>
internal static class RunCircumstances
{
    /// <summary>The run measured nothing: it judged the evidence of an earlier proof again.</summary>
    public static bool IsOfEvidence(RunResult run) => Proof.EvidenceOf(run) is not null;

    public static string Machine(RunResult run) => Proof.EvidenceOf(run)?.Machine ?? run.Host.Words();

    public static DateTimeOffset Started(RunResult run) => Proof.EvidenceOf(run)?.StartedUtc ?? run.Identity.StartedUtc;

    public static TimeSpan Duration(RunResult run) => Proof.EvidenceOf(run)?.Duration ?? run.Identity.Duration;

    /// <summary>Of the program that measured. Evidence does not say it.</summary>
    public static string Commit(RunResult run) =>
        IsOfEvidence(run) ? $"not on record (judged again at {run.Identity.Commit})" : run.Identity.Commit;

    /// <returns>Null where there was none.</returns>
    public static string? Server(RunResult run) => run.Server?.Words() ?? run.Findings?.Servers;

    /// <summary>The verbs that compare copies of a cluster have loads of their own; only headroom takes that of a profile.</summary>
    public static string Profile(RunResult run) => run is { Seed: null, Contacts: not null, Headroom: null }
        ? "none"
        : run.Options.GetValueOrDefault(OptionNames.Profile, "not stated");

    /// <summary>Earlier versions recorded the usual ones also for a given server, and for evidence.</summary>
    public static string Settings(RunResult run) =>
        run.Server?.Provisioning == ServerKind.Given ? DatabaseTarget.Given.Settings
        : IsOfEvidence(run) ? "not stated"
        : run.Options.GetValueOrDefault(OptionNames.Settings, "not stated");

    public static string Seed(RunResult run) => (run.Seed?.Seed ?? run.Proof?.Seed)?.ToString() ?? "–";
}
