using System.CommandLine;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Seeding;
using Npgsql;

namespace LoadHarness.Cli.Verbs;

/// <summary><c>seed</c>: fills a database; with <c>--measure</c> next to the server's own COPY of the same rows.</summary>
internal static class SeedVerb
{
    public static Verb Create(CommandLineOptions words)
    {
        var measure = new Option<bool>("--measure")
        {
            Description = "Compare with the server reading the very same rows by COPY from files.",
        };
        return new(
            new Command("seed", "Fill a database with leads, campaigns, sends and activities."),
            [words.Contacts, words.Workspaces, words.Skew, words.Database, words.Seed, words.Settings, words.Keep, words.Reuse, words.Force,
                words.Json, measure],
            (parsed, cancellationToken) => parsed.GetValue(measure)
                ? MeasureAsync(words, parsed, cancellationToken)
                : FillAsync(words.Read(parsed), cancellationToken));
    }

    private static async Task<ExitCode> MeasureAsync(CommandLineOptions words, ParseResult parsed, CancellationToken cancellationToken)
    {
        var options = words.Read(parsed, FormOptions.Faults(parsed, "seed --measure", "loads into empty tables", words.Reuse));
        if (options.Database is not DatabaseTarget.Given)
            FormOptions.RequireNone(parsed, "seed --measure on a private server", "has nothing to delete there", words.Force);
        var context = StageContext.Of(options);
        await using var database = (await CrmStages.DatabaseAsync(context, cancellationToken)).Database;
        await CrmStages.SchemaAsync(context, database, cancellationToken);
        var rows = await CrmStages.RowsAsync(context, database, cancellationToken);
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        var measured = await context.Terminal.WithProgressAsync(progress => SeedMeasurement.RunAsync(
            admin, rows, progress, cancellationToken));
        // It ends with a complete seeding. That this could not be kept is told with what was measured.
        var kept = await CrmStages.TryKeepAsync(context, database, cancellationToken);
        return CheckTable.Print(context.Terminal, measured.Verdicts, options.Json, error: kept.Warnings is [var fault, ..] ? fault : null);
    }

    private static async Task<ExitCode> FillAsync(HarnessOptions options, CancellationToken cancellationToken)
    {
        var context = StageContext.Of(options);
        var terminal = context.Terminal;
        if (options is { Keep: false, Database: not DatabaseTarget.Given })
            terminal.Line("The private server goes at the end, with its rows: --keep keeps them for --reuse, --database fills your own.");
        await using var database = (await CrmStages.DatabaseAsync(context, cancellationToken)).Database;
        await CrmStages.SchemaAsync(context, database, cancellationToken);
        var seeded = await CrmStages.SeedAsync(context, database, cancellationToken);
        seeded.RequireInvariants();
        await CrmStages.KeepAsync(context, database, cancellationToken);
        var manifest = seeded.Manifest;
        foreach (var table in manifest.Tables) terminal.Line($"   {table.Table}: {table.Rows:N0} rows, {table.RowsPerSecond:N0}/s");
        terminal.Line($"Checksum {manifest.Checksum}");
        if (options.Json) JsonOutput.Write(manifest);
        return ExitCode.AllMet;
    }
}
