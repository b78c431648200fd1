using System.Xml;
using System.Xml.Linq;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Files;

/// <summary>
/// <c>junit.xml</c>: one test case for each target, and one for the run's own validity. Missed is a failure; inconclusive and unavailable are skipped,
/// never passed; an invalid or incomplete run is an error.
/// </summary>
internal static class JUnitXml
{
    public static XDocument Of(RunResult run)
    {
        var outcome = RunOutcome.Of(run);
        var cases = run.Verdicts.Select(Case).Append(Validity(run, outcome)).ToList();
        int With(string element) => cases.Count(@case => @case.Element(element) is not null);
        return new(new XElement("testsuites", new XElement(
            "testsuite",
            new XAttribute("name", "LoadHarness targets"),
            new XAttribute("timestamp", run.Identity.StartedUtc.ToString("yyyy-MM-ddTHH:mm:ss", System.Globalization.CultureInfo.InvariantCulture)),
            new XAttribute("time", run.Identity.Duration.TotalSeconds),
            new XAttribute("tests", cases.Count),
            new XAttribute("failures", With("failure")),
            new XAttribute("errors", With("error")),
            new XAttribute("skipped", With("skipped")),
            cases)));
    }

    private static XElement Case(Verdict verdict) => new(
        "testcase",
        new XAttribute("classname", "LoadHarness.Targets"),
        new XAttribute("name", Safe($"{verdict.Id} {verdict.Title}")),
        verdict.Kind switch
        {
            VerdictKind.Met => null,
            VerdictKind.Missed => new XElement("failure", new XAttribute("message", Safe(Message(verdict))), Safe(verdict.Evidence)),
            _ => new XElement("skipped", new XAttribute("message", Safe($"{CheckReport.Word(verdict.Kind)}: {verdict.Evidence}"))),
        },
        new XElement("system-out", Safe(Message(verdict))));

    private static XElement Validity(RunResult run, RunOutcome outcome) => new(
        "testcase",
        new XAttribute("classname", "LoadHarness.Run"),
        new XAttribute("name", "The run is complete and valid"),
        run.IncompleteReason is null && run.Invalid.Count == 0
            ? null
            : new XElement("error", new XAttribute("message", Safe(outcome.Headline)), Safe(string.Join('\n', outcome.Reasons))));

    private static string Message(Verdict verdict) =>
        $"{Wording.Figure(verdict.Figure, verdict.Unit)} measured, {Wording.Limit(verdict)} allowed, {Wording.Count(verdict.Samples)} samples. {string.Join("; ", verdict.Caveats)}".TrimEnd();

    /// <summary>XML 1.0 has no way to write control characters, not even escaped.</summary>
    private static string Safe(string text) => string.Concat(text.Where(XmlConvert.IsXmlChar));
}
