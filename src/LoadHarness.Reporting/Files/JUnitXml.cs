using System.Text;
using System.Xml;
using System.Xml.Linq;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Files;

/// <summary>
/// <c>junit.xml</c>: one test case for each target and each requirement that was named (--require), and one for the run as a whole. Missed
/// is a failure; inconclusive is an error; what was not judged is skipped, unless it was required. The whole file is red exactly when the
/// exit code is not 0.
/// </summary>
internal static class JUnitXml
{
    public static XDocument Of(RunResult run)
    {
        RunVerdict outcome = RunVerdict.Of(run);
        var required = RunScope.RequiredOpen(run);
        var cases = RunScope.Deciding(run).Select(verdict => Case(run, verdict, required.Contains(verdict.Id)))
            .Append(Whole(run, outcome)).ToList();
        int With(string element) => cases.Count(@case => @case.Element(element) is not null);
        return new(new XElement("testsuites", new XElement(
            "testsuite",
            new XAttribute("name", "LoadHarness targets"),
            new XAttribute("timestamp", RunCircumstances.Started(run).ToString("yyyy-MM-ddTHH:mm:ss")),
            new XAttribute("time", RunCircumstances.Duration(run).TotalSeconds),
            new XAttribute("tests", cases.Count),
            new XAttribute("failures", With("failure")),
            new XAttribute("errors", With("error")),
            new XAttribute("skipped", With("skipped")),
            Properties(run, outcome),
            cases)));
    }

    /// <summary>Without a byte-order mark, which some readers refuse.</summary>
    public static async Task WriteAsync(RunResult run, Stream stream, CancellationToken cancellationToken)
    {
        var settings = new XmlWriterSettings
        {
            Async = true, Indent = true, NewLineChars = "\n",
            Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)
        };
        await using var writer = XmlWriter.Create(stream, settings);
        await Of(run).SaveAsync(writer, cancellationToken);
    }

    private static XElement Properties(RunResult run, RunVerdict outcome)
    {
        (string Name, string Value)[] all =
        [
            ("run", run.Identity.Id),
            ("commit", RunCircumstances.Commit(run)),
            ("contacts", run.Contacts?.ToString() ?? "none"),
            ("workspaces", run.Seed?.Spread.Words() ?? "none"),
            ("profile", RunCircumstances.Profile(run)),
            ("machine", RunCircumstances.Machine(run)),
            ("server", RunCircumstances.Server(run) ?? "none"),
            ("verdict", outcome.Word),
            ("scope", outcome.Scope),
            ("exitCode", ((int)outcome.ExitCode).ToString()),
        ];
        return new("properties", all.Select(
            property => new XElement("property", new XAttribute("name", property.Name), new XAttribute("value", Safe(property.Value)))));
    }

    private static XElement Case(RunResult run, Verdict verdict, bool isRequired) => new(
        "testcase",
        new XAttribute("classname", "LoadHarness.Targets"),
        new XAttribute("name", Safe($"{verdict.Id} {verdict.Title}")),
        new XAttribute("time", TimeOf(run, verdict).TotalSeconds),
        verdict.Kind switch
        {
            VerdictKind.Met or VerdictKind.Stated => null,
            VerdictKind.Missed => Result("failure", verdict),
            VerdictKind.Inconclusive => Result("error", verdict),
            _ => isRequired ? Result("error", verdict) : Result("skipped", verdict),
        },
        new XElement("system-out", Safe(string.Join("; ", [VerdictWords.Line(verdict), verdict.Evidence, .. verdict.Caveats]))));

    private static XElement Result(string element, Verdict verdict) =>
        new(element, new XAttribute("message", Safe(VerdictWords.Line(verdict))), element == "skipped" ? null : Safe(verdict.Evidence));

    /// <summary>As long as the scenario behind it measured.</summary>
    private static TimeSpan TimeOf(RunResult run, Verdict verdict) => run.Scenarios
        .FirstOrDefault(scenario => OperationPath.IsWithin(verdict.Source, scenario.Name))?.Measured ?? TimeSpan.Zero;

    /// <summary>Red by itself when no single target says why the job is.</summary>
    private static XElement Whole(RunResult run, RunVerdict outcome)
    {
        var isToldElsewhere = outcome.State is RunState.Missed
            || RunScope.Deciding(run).Any(verdict => verdict.Kind == VerdictKind.Inconclusive);
        var isRed = outcome.State is RunState.Incomplete or RunState.Invalid || (outcome.ExitCode != ExitCode.AllMet && !isToldElsewhere);
        return new(
            "testcase",
            new XAttribute("classname", "LoadHarness.Run"),
            new XAttribute("name", "The run is complete and valid"),
            new XAttribute("time", RunCircumstances.Duration(run).TotalSeconds),
            isRed ? new XElement("error", new XAttribute("message", Safe(outcome.Headline)), Safe(string.Join('\n', outcome.Reasons)))
                : null,
            new XElement("system-out", Safe(string.Join('\n', [outcome.Headline, outcome.Scope, .. outcome.Reasons]))));
    }

    /// <summary>XML 1.0 has no way to write control characters, not even escaped.</summary>
    private static string Safe(string text) => string.Concat(text.EnumerateRunes().Where(IsAllowed));

    private static bool IsAllowed(Rune rune) => rune.Value > char.MaxValue || XmlConvert.IsXmlChar((char)rune.Value);
}
