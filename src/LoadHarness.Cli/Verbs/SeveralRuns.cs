using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Core.Comparing.Runs;
using LoadHarness.Core.Options;
using LoadHarness.Core.Words;
using LoadHarness.Reporting;

namespace LoadHarness.Cli.Verbs;

/// <summary>The pages of <c>report --compare</c> and <c>report --history</c>. They judge nothing, so they end with 0.</summary>
internal static class SeveralRuns
{
    private const int MostTold = 5;

    public static async Task<ExitCode> CompareAsync(
        IReadOnlyList<string> paths, HarnessOptions options, string? output, CancellationToken cancellationToken)
    {
        if (paths.Count < RunPages.FewestRuns || paths.Count > RunPages.MostRuns)
            throw new HarnessException(
                $"--compare: {(paths.Count == 1 ? "1 run is" : $"{paths.Count} runs are")} named. Give {RunPages.FewestRuns} to "
                    + $"{RunPages.MostRuns}, the first is the one that the others are held against.", ExitCode.BadUsage);
        var runs = RunFiles.Read(paths);
        var directory = Directory("compare", output);
        var terminal = new TerminalOutput(options.Json);
        IReadOnlyList<RunComparison> comparisons = [.. runs.Skip(1).Select(run => RunComparison.Of(runs[0], run))];
        foreach (var fault in comparisons.SelectMany(comparison => comparison.Faults(comparison.A, comparison.B)).Distinct())
            terminal.Line(fault);
        foreach (var comparison in comparisons) Print(terminal, comparison);
        var page = await RunPages.WriteComparisonAsync(runs, directory, BuildFacts.Version, cancellationToken);
        End(terminal, options, page);
        if (options.Json) JsonOutput.Write(new ComparedRuns(page, comparisons));
        return ExitCode.AllMet;
    }

    public static async Task<ExitCode> HistoryAsync(
        string folder, HarnessOptions options, string? output, CancellationToken cancellationToken)
    {
        var directory = Directory("history", output);
        var history = await RunPages.WriteHistoryAsync(folder, directory, BuildFacts.Version, cancellationToken);
        foreach (var fault in history.LeftOut.Take(MostTold).SelectMany(file => file.Faults.Take(1)))
            await Console.Error.WriteLineAsync($"left out: {fault}");
        if (history.LeftOut.Count > MostTold)
            await Console.Error.WriteLineAsync($"left out: {history.LeftOut.Count - MostTold} more files; the page names them.");
        var terminal = new TerminalOutput(options.Json);
        terminal.Line($"{Format.Counted(history.Runs, "run")}, {Format.Counted(history.LeftOut.Count, "file")} left out.");
        End(terminal, options, history.Path);
        if (options.Json) JsonOutput.Write(history);
        return ExitCode.AllMet;
    }

    private static void Print(TerminalOutput terminal, RunComparison comparison)
    {
        terminal.Line($"{comparison.B} against {comparison.A}: {comparison.Tally} (about {comparison.ByChance} by chance)");
        if (comparison.VerdictTally() is { } verdicts) terminal.Line($"   {verdicts}");
        foreach (var difference in comparison.Differences.Take(MostTold)) terminal.Line($"   differs: {difference}");
        if (comparison.Differences.Count > MostTold)
            terminal.Line($"   differs: {comparison.Differences.Count - MostTold} more; the page names them");
        foreach (var change in comparison.Worse.Concat(comparison.Better).Take(MostTold))
            terminal.Line($"   {change.Name} {change.Metric}: {change.Sentence()}");
    }

    private static void End(TerminalOutput terminal, HarnessOptions options, string page)
    {
        terminal.Line($"Page: {page}");
        if (options.Open) PageOpener.Open(terminal, page);
    }

    private static string Directory(string kind, string? output)
    {
        var directory = output ?? Path.Combine("reports", kind, $"{DateTime.UtcNow:yyyyMMdd'T'HHmmss'Z'}");
        OutputDirectory.Require("report", directory);
        return Path.GetFullPath(directory);
    }

    private sealed record ComparedRuns(string Page, IReadOnlyList<RunComparison> Comparisons);
}
