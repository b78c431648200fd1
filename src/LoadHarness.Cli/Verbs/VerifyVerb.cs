using System.CommandLine;
using System.Runtime.CompilerServices;
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
internal static class VerifyVerb
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
            (parsed, cancellationToken) => ExecuteAsync(words, parsed, parsed.GetValue(markdown), cancellationToken))
        {
            KeepsFigures = true,
        };
    }

    private static async Task<ExitCode> ExecuteAsync(
        CommandLineOptions words, ParseResult parsed, string? markdown, CancellationToken cancellationToken)
    {
        var read = words.Read(parsed, words.FaultsWithoutContacts(parsed));
        var options = words.ProfileGiven(parsed) ? read : read with { Profile = ProfileWhenNoneGiven };
        if (markdown is not null) OutputFile.Require("--markdown", markdown);
        if (options.Database is DatabaseTarget.Given)
            FormOptions.RequireNone(parsed, "verify of a given database", "plays no load", words.Profile, words.Out);
        else OutputDirectory.Require("verify", options.OutputDirectory);
        var context = StageContext.Of(options);
        // Before there are figures to keep, what hangs is left behind with the verb.
        await using var seeded = await SeededDatabase.OpenAsync(context, words.ContactsGiven(parsed), cancellationToken)
            .WaitAsync(Interruption.Abandoned);
        await ClusterTraps.RequireNoneAsync(seeded.Database.AdminConnectionString, cancellationToken).WaitAsync(Interruption.Abandoned);
        // In a database that was given, nothing is changed: what takes changes stays unavailable, with the command that measures it.
        if (options.Database is DatabaseTarget.Given)
        {
            var looked = await LookAsync(context, seeded.Database, [], cancellationToken).WaitAsync(Interruption.Abandoned);
            return await TellAsync(context, seeded.Run.With(looked), seeded.Database, markdown, loss: null, cancellationToken);
        }

        // Minutes of measurement: what there was until a fault or an interruption is kept.
        var measured = await RunGuard.CollectAsync(
            seeded.Run, MeasureAsync(context, seeded, cancellationToken), Interruption.Abandoned, cancellationToken);
        if (measured.IncompleteReason is not null) return await Ending.ReportAsync(context, Ending.Judge(measured));
        var kept = await ReportAsync(context, measured);
        return await TellAsync(context, measured, seeded.Database, markdown, kept.Loss, cancellationToken);
    }

    private static async IAsyncEnumerable<StageRecord> MeasureAsync(
        StageContext context, SeededDatabase seeded, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var judged = new List<Verdict>();
        await foreach (var part in ProvisionedMeasurements.MeasureAsync(context, seeded.Database, seeded.Run, cancellationToken))
        {
            if (part is Judged measured) judged.AddRange(measured.Verdicts);
            yield return part;
        }

        yield return await LookAsync(context, seeded.Database, judged, cancellationToken);
    }

    private static async Task<Verified> LookAsync(
        StageContext context, Database database, IReadOnlyList<Verdict> measured, CancellationToken cancellationToken)
    {
        context.Terminal.Heading("verify");
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        return new(await context.Terminal.WithProgressAsync(
            progress => Verifier.RunAsync(admin, database.Server, measured, progress, cancellationToken)));
    }

    private static async Task<ExitCode> TellAsync(
        StageContext context, PartialRun run, Database database, string? markdown, string? loss, CancellationToken cancellationToken)
    {
        var (options, verdicts) = (context.Options, run.Checklist);
        if (markdown is not null)
            await MarkdownFile.WriteAsync(markdown, ChecklistMarkdown.Render(verdicts, Circumstances(run, database)), cancellationToken);
        return CheckTable.Print(
            context.Terminal, verdicts, options.Json, RequiredIds.Of(options.Required, verdicts.Select(verdict => verdict.Id)), loss);
    }

    // Minutes of measurement are worth a folder of their own: the same files as those of a run.
    private static async Task<KeptRun> ReportAsync(StageContext context, PartialRun measured)
    {
        var kept = await Ending.KeepAsync(RunJudge.Judge(measured.ToResult(), context.Options), context.Options);
        context.Terminal.Line($"Report: {Summary.PageOf(kept.Files)}");
        return kept;
    }

    private static ChecklistCircumstances Circumstances(PartialRun run, Database database) => new(
        DateOnly.FromDateTime(DateTime.UtcNow),
        run.Seed is { } seed
            ? $"{seed.Contacts:N0} leads {seed.Spread.Words()}"
            : null,
        run.Options.Profile, run.Host, database.Server);
}
