using System.CommandLine;
using System.Text.Json.Serialization;
using LoadHarness.Checks.Health;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Core.Verdicts;
using Npgsql;
using Spectre.Console;

namespace LoadHarness.Cli.Verbs;

/// <summary>
/// <c>health</c>: green, yellow, red or unknown for each check, with what offends and what fixes it (HI-1 to HI-3, OP-1, OP-2).
/// </summary>
internal static class HealthVerb
{
    public static Verb Create(CommandLineOptions words)
    {
        var weekly = new Option<bool>("--weekly")
        {
            Description = "The weekly review: slow queries, growth, partitions, index use (OP-1).",
        };
        var monthly = new Option<bool>("--monthly") { Description = "The monthly review: partitions, archive, trend, capacity (OP-2)." };
        return new(
            new Command("health", "Green, yellow, red or unknown for each check, with the offending rows."),
            [words.Contacts, words.Workspaces, words.Skew, words.Database, words.Seed, words.Settings, words.Reuse, words.Force, words.Json,
                weekly, monthly],
            (parsed, cancellationToken) =>
                ExecuteAsync(words, parsed, parsed.GetValue(weekly), parsed.GetValue(monthly), cancellationToken));
    }

    private static async Task<ExitCode> ExecuteAsync(
        CommandLineOptions words, ParseResult parsed, bool weekly, bool monthly, CancellationToken cancellationToken)
    {
        var options = words.Read(parsed, words.FaultsWithoutContacts(parsed));
        var context = StageContext.Of(options);
        var terminal = context.Terminal;
        await using var seeded = await SeededDatabase.OpenAsync(context, words.ContactsGiven(parsed), cancellationToken);
        await using var source = NpgsqlDataSource.Create(seeded.Database.AdminConnectionString);
        var report = await terminal.WithProgressAsync(progress => HealthCheck.RunAsync(source, progress, cancellationToken));
        foreach (var check in report.Checks) Print(terminal, check);
        var ofTheWeek = weekly ? await Review.WeeklyAsync(source, cancellationToken) : null;
        var ofTheMonth = monthly ? await Review.MonthlyAsync(source, cancellationToken) : null;
        Print(terminal, ofTheWeek ?? []);
        Print(terminal, ofTheMonth ?? []);
        terminal.Line($"Overall: {Word(report.Overall)}");
        var verdicts = report.ToVerdicts();
        var judged = CheckReport.Of(verdicts);
        if (options.Json)
            JsonOutput.Write(new HealthObject(judged.Verdict, judged.Checks, judged.Reasons, judged.ExitCode, ofTheWeek, ofTheMonth));
        return ExitCodes.Of(verdicts);
    }

    private static void Print(TerminalOutput terminal, HealthResult check)
    {
        terminal.Line($"{Word(check.Status),-8} {check.Id,-8} {check.Title}: {check.Evidence}");
        foreach (var finding in check.Findings)
            terminal.Line($"           {Word(finding.Status)}: {finding.Subject}: "
                + $"{finding.Detail}{(finding.Remedy is { } remedy ? $" Fix: {remedy}" : "")}");
    }

    private static void Print(TerminalOutput terminal, IReadOnlyList<ReviewSection> sections)
    {
        foreach (var section in sections)
        {
            var table = new Table { Title = new(Markup.Escape(section.Title)), Border = TableBorder.Simple };
            foreach (var column in section.Columns) table.AddColumn(Markup.Escape(column));
            foreach (var row in section.Rows) table.AddRow([.. row.Select(Markup.Escape)]);
            terminal.Drawing.Write(table);
        }
    }

    private static string Word(HealthStatus status) => status.ToString().ToLowerInvariant();

    /// <summary>The shape of every judging verb, with the reviews that were asked for.</summary>
    private sealed record HealthObject(
        string Verdict,
        IReadOnlyList<Check> Checks,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Reasons,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? ExitCode,
        IReadOnlyList<ReviewSection>? Weekly,
        IReadOnlyList<ReviewSection>? Monthly);
}
