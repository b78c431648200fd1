using System.CommandLine;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Postgres.Seeding;
using Npgsql;

namespace LoadHarness.Cli.Verbs;

/// <summary><c>seed</c>: fills a database; with <c>--measure</c> beside the server's own COPY of the same rows.</summary>
public static class SeedVerb
{
    public static Verb Create(OptionWords words)
    {
        var measure = new Option<bool>("--measure")
        {
            Description = "Compare with the server reading the very same rows by COPY from files.",
        };
        return new(
            new Command("seed", "Fill a database with leads, campaigns, sends and activities."),
            [words.Contacts, words.Database, words.Seed, words.Settings, words.Keep, words.Reuse, words.Force, words.Json, measure],
            (parsed, stop) => ExecuteAsync(words.Read(parsed), parsed.GetValue(measure), stop));
    }

    private static async Task<ExitCode> ExecuteAsync(HarnessOptions options, bool measure, CancellationToken stop)
    {
        var voice = new Voice(options.Json);
        var record = RunRecord.Begin(options);
        await using var database = await Stages.DatabaseAsync(record, voice, options, stop).ConfigureAwait(false);
        await Stages.SchemaAsync(record, voice, database, stop).ConfigureAwait(false);
        if (measure)
        {
            await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
            var measured = await voice.WithProgressAsync(progress => SeedMeasurement.RunAsync(
                admin, new(options.Contacts, options.Seed, Environment.ProcessorCount)
                {
                    Replace = options.Force,
                    ReplaceForeignRows = options.DeleteAllRows,
                }, progress, stop)).ConfigureAwait(false);
            return CheckTable.Tell(voice, measured.Verdicts, options.Json);
        }

        var manifest = await Stages.SeedAsync(record, voice, options, database, stop).ConfigureAwait(false);
        await Stages.KeepAsync(record, voice, options, database, stop).ConfigureAwait(false);
        foreach (var table in manifest.Tables) voice.Line($"   {table.Table}: {table.Rows:N0} rows, {table.RowsPerSecond:N0}/s");
        voice.Line($"Checksum {manifest.Checksum}");
        if (options.Json) JsonOutput.Write(manifest);
        return ExitCode.AllMet;
    }
}
