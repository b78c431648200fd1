using System.CommandLine;
using LoadHarness.Checks.Verification;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Core.Verdicts;
using LoadHarness.Postgres.Distribution;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Reporting;
using Npgsql;

namespace LoadHarness.Cli.Verbs;

/// <summary><c>verify</c>: one row for each id of the requirements, with evidence looked up or measured in the database.</summary>
public static class VerifyVerb
{
    /// <summary>Every scenario, seconds each: verifying takes minutes, not a quarter of an hour.</summary>
    private const string ProfileWhenNoneGiven = "smoke";

    public static Verb Create(CommandLineOptions words)
    {
        var markdown = new Option<string?>("--markdown")
        {
            Description = "Write the checklist to this file as Markdown.",
            HelpName = "FILE",
        };
        return new(
            new Command("verify", "One row for each requirement, with evidence."),
            [words.Contacts, words.Workspaces, words.Skew, words.Profile, words.Database, words.Seed, words.Settings, words.Keep,
                words.Reuse, words.Force, words.Json,
                words.Require, words.Out, markdown],
            (parsed, cancellationToken) => ExecuteAsync(words, parsed, parsed.GetValue(markdown), cancellationToken));
    }

    private static async Task<ExitCode> ExecuteAsync(
        CommandLineOptions words, ParseResult parsed, string? markdown, CancellationToken cancellationToken)
    {
        var read = words.Read(parsed);
        var options = words.ProfileGiven(parsed) ? read : read with { Profile = ProfileWhenNoneGiven };
        TerminalOutput terminal = new TerminalOutput(options.Json);
        var record = RunRecord.Begin(options);
        await using var database = words.ContactsGiven(parsed)
            ? await SeededDatabase.MakeAsync(record, terminal, options, cancellationToken)
            : await SeededDatabase.GivenAsync(terminal, options, cancellationToken);
        await ClusterTraps.RequireNoneAsync(database.AdminConnectionString, cancellationToken);
        // In a database that was given, nothing is changed: what takes changes stays unavailable, with the command that measures it.
        var measured = options.Database is DatabaseTarget.Given
            ? []
            : await ProvisionedMeasurements.RunAsync(record, terminal, options, database, cancellationToken);

        terminal.Heading("verify");
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        var verdicts = await terminal.WithProgressAsync(
            progress => Verifier.RunAsync(admin, database.Server, measured, progress, cancellationToken));
        if (measured.Count > 0) await ReportAsync(terminal, options, record, verdicts, cancellationToken);
        if (markdown is not null)
            await File.WriteAllTextAsync(markdown, ChecklistMarkdown.Render(verdicts, Circumstances(options, record, database)),
                cancellationToken);
        return CheckTable.Print(terminal, verdicts, options.Json, RequiredIds.Of(options.Required, verdicts.Select(verdict => verdict.Id)));
    }

    // Minutes of measurement are worth a folder of their own: the same files as those of a run.
    private static async Task ReportAsync(
        TerminalOutput terminal, HarnessOptions options, RunRecord record, IReadOnlyList<Verdict> verdicts,
            CancellationToken cancellationToken)
    {
        var run = RunJudge.Judge(record.End() with { Checklist = verdicts }, options);
        var files = await RunReport.WriteAsync(run, Path.Combine(options.OutputDirectory, run.Identity.Id), cancellationToken);
        terminal.Line($"Report: {files.FirstOrDefault(file => file.EndsWith("report.html", StringComparison.Ordinal))}");
    }

    private static ChecklistCircumstances Circumstances(HarnessOptions options, RunRecord record, Database database) => new(
        DateOnly.FromDateTime(DateTime.UtcNow),
        record.Result.Seed is { } seed
            ? $"{seed.Contacts:N0} leads {seed.Spread.Words()}"
            : null,
        options.Profile, record.Result.Host, database.Server);
}
