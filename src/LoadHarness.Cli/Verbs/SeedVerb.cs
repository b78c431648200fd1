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
public static class SeedVerb
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
        TerminalOutput terminal = new TerminalOutput(options.Json);
        var record = RunRecord.Begin(options);
        await using var database = await Stages.DatabaseAsync(record, terminal, options, cancellationToken);
        await Stages.SchemaAsync(record, terminal, database, cancellationToken);
        if (measure)
        {
            await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
            var measured = await terminal.WithProgressAsync(progress => SeedMeasurement.RunAsync(
                admin, new(options.Contacts, options.Seed, Environment.ProcessorCount)
                {
                    Spread = options.Spread,
                    Replace = options.Force,
                    ReplaceForeignRows = options.DeleteAllRows,
                }, progress, cancellationToken));
            return CheckTable.Print(terminal, measured.Verdicts, options.Json);
        }

        var manifest = await Stages.SeedAsync(record, terminal, options, database, cancellationToken);
        await Stages.KeepAsync(record, terminal, options, database, cancellationToken);
        foreach (var table in manifest.Tables) terminal.Line($"   {table.Table}: {table.Rows:N0} rows, {table.RowsPerSecond:N0}/s");
        terminal.Line($"Checksum {manifest.Checksum}");
        if (options.Json) JsonOutput.Write(manifest);
        return ExitCode.AllMet;
    }
}
