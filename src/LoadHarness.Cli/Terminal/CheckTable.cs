using LoadHarness.Core;
using LoadHarness.Core.Verdicts;
using LoadHarness.Core.Words;

namespace LoadHarness.Cli.Terminal;

/// <summary>Tells the verdicts of a judging verb: a line each for people, one object for programs, an exit code for both.</summary>
internal static class CheckTable
{
    public static ExitCode Print(TerminalOutput terminal, IReadOnlyList<Verdict> verdicts, bool json,
        IReadOnlyList<string>? required = null)
    {
        foreach (var verdict in verdicts) terminal.Line(Row(verdict));
        terminal.Line(CheckReport.Tally(verdicts));
        if (json) JsonOutput.Write(CheckReport.Of(verdicts, required));
        if (ExitCodes.OpenWords(verdicts, required ?? []) is { } open) terminal.Line(open);
        return ExitCodes.Of(verdicts, required ?? []);
    }

    private static string Row(Verdict verdict)
    {
        var figure = verdict.Figure is null ? "" : $" {Format.Figure(verdict.Figure, verdict.Unit)}{Limit(verdict)}.";
        var caveats = string.Concat(verdict.Caveats.Select(caveat => $"{Environment.NewLine}                 {caveat}"));
        return $"{CheckReport.Word(verdict.Kind),-12} {verdict.Id,-10} {verdict.Title}:{figure} {verdict.Evidence}{caveats}";
    }

    private static string Limit(Verdict verdict) => verdict.Limit is null ? "" : $" ({Format.Limit(verdict)})";
}
