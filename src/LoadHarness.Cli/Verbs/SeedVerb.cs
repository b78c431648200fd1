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
            (parsed, cancellationToken) => ExecuteAsync(words.Read(parsed), parsed.GetValue(measure), cancellationToken));
    }

    private static async Task<ExitCode> ExecuteAsync(HarnessOptions options, bool measure, CancellationToken cancellationToken)
    {
        var context = StageContext.Of(options);
        var terminal = context.Terminal;
        await using var database = (await CrmStages.DatabaseAsync(context, cancellationToken)).Database;
        await CrmStages.SchemaAsync(context, database, cancellationToken);
        if (measure)
        {
            await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
            var measured = await terminal.WithProgressAsync(progress => SeedMeasurement.RunAsync(
                admin, context.Rows, progress, cancellationToken));
            return CheckTable.Print(terminal, measured.Verdicts, options.Json);
        }

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
