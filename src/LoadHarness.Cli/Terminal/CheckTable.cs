using LoadHarness.Core;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Cli.Terminal;

/// <summary>Tells the verdicts of a judging verb: a line each for people, one object for programs, an exit code for both.</summary>
public static class CheckTable
{
    public static ExitCode Tell(Voice voice, IReadOnlyList<Verdict> verdicts, bool json)
    {
        foreach (var verdict in verdicts) voice.Line(Row(verdict));
        voice.Line(string.Join(", ", verdicts.GroupBy(verdict => verdict.Kind).OrderBy(group => group.Key).Select(group => $"{group.Count()} {CheckReport.Word(group.Key)}")));
        if (json) Console.Out.WriteLine(CheckReport.Of(verdicts).ToJson());
        return CheckReport.Overall(verdicts) switch
        {
            VerdictKind.Missed => ExitCode.TargetMissed,
            VerdictKind.Inconclusive => ExitCode.Inconclusive,
            _ => ExitCode.AllMet,
        };
    }

    private static string Row(Verdict verdict)
    {
        var figure = verdict.Figure is { } value ? $" {value:0.###} {verdict.Unit}{Limit(verdict)}." : "";
        var caveats = string.Concat(verdict.Caveats.Select(caveat => $"{Environment.NewLine}                 {caveat}"));
        return $"{CheckReport.Word(verdict.Kind),-12} {verdict.Id,-10} {verdict.Title}:{figure} {verdict.Evidence}{caveats}";
    }

    private static string Limit(Verdict verdict) =>
        verdict.Limit is { } limit ? $" (limit {(verdict.Direction == LimitDirection.AtMost ? "<=" : ">=")} {limit:0.###})" : "";
}
