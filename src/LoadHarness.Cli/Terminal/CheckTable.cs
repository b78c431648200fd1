using LoadHarness.Core;
using LoadHarness.Core.Verdicts;
using LoadHarness.Core.Words;

namespace LoadHarness.Cli.Terminal;

/// <summary>Tells the verdicts of a judging verb: a line each for people, one object for programs, an exit code for both.</summary>
internal static class CheckTable
{
    /// <param name="required">Ids that have to be judged; null for none.</param>
    /// <param name="error">A fault that outweighs what was judged; null for none.</param>
    public static ExitCode Print(TerminalOutput terminal, IReadOnlyList<Verdict> verdicts, bool json,
        IReadOnlyList<string>? required = null, string? error = null)
    {
        foreach (var verdict in verdicts) terminal.Line(Row(verdict));
        terminal.Line(CheckReport.Tally(verdicts));
        var report = CheckReport.Of(verdicts, required);
        if (json) JsonOutput.Write(error is null ? report : report with { Error = error, ExitCode = (int)ExitCode.Fault });
        if (ExitCodes.OpenWords(verdicts, required ?? []) is { } open) terminal.Line(open);
        return error is null ? ExitCodes.Of(verdicts, required ?? []) : ExitCode.Fault;
    }

    private static string Row(Verdict verdict)
    {
        var figure = verdict.Figure is null ? "" : $" {VerdictWords.Figure(verdict)}{Limit(verdict)}.";
        var caveats = string.Concat(verdict.Caveats.Select(caveat => $"{Environment.NewLine}                 {caveat}"));
        return $"{CheckReport.Word(verdict.Kind),-12} {verdict.Id,-10} {verdict.Title}:{figure} {verdict.Evidence}{caveats}";
    }

    private static string Limit(Verdict verdict) => verdict.Limit is null ? "" : $" ({Format.Limit(verdict)})";
}
