using System.CommandLine;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Postgres.Distribution;
using LoadHarness.Postgres.Jobs;
using LoadHarness.Postgres.Migration;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.Cli.Verbs;

/// <summary><c>migrate</c> and <c>rollback</c>: up, down, status and measurement on a given database.</summary>
internal static class MigrateVerb
{
    public static Verb Up(CommandLineOptions words)
    {
        var status = new Option<bool>("--status") { Description = "Say what is applied; change nothing." };
        var measure = new Option<bool>("--measure")
        {
            Description = "Migrate there and back under a live load: duration and longest blocked query (DP-1, DP-2).",
        };
        return new(
            new Command("migrate", "Migrate to the optimized schema, online; base schema first when there is none."),
            [words.Contacts, words.Database, words.Seed, words.Settings, words.Reuse, words.Force, words.Json, status, measure],
            (parsed, cancellationToken) => (parsed.GetValue(status), parsed.GetValue(measure)) switch
            {
                (true, _) => StatusAsync(words.Read(parsed, FormOptions.Faults(
                    parsed, "migrate --status", "changes nothing", [measure, .. OfMeasuring(words)])), cancellationToken),
                (_, true) => MeasureAsync(
                    words.Read(parsed, words.FaultsWithoutContacts(parsed)), words.ContactsGiven(parsed), cancellationToken),
                _ => UpAsync(words.Read(parsed, FormOptions.Faults(
                    parsed, "migrate without --measure", "takes a given database as it is", OfMeasuring(words))), cancellationToken),
            });
    }

    public static Verb Down(CommandLineOptions words) => new(
        new Command("rollback", "Back to the base schema, online, every row kept."),
        [words.Database, words.Json],
        (parsed, cancellationToken) => DownAsync(words.Read(parsed), cancellationToken));

    private static IEnumerable<Option> OfMeasuring(CommandLineOptions words) => [words.Contacts, words.Seed, words.Reuse, words.Force];

    private static async Task<ExitCode> UpAsync(HarnessOptions options, CancellationToken cancellationToken) =>
        await OnGivenAsync(options, async (terminal, database, migrator) =>
    {
        var schema = await terminal.WithProgressAsync(progress => migrator.BuildAsync(progress, cancellationToken));
        await ClusterTraps.RequireNoneAsync(database.AdminConnectionString, cancellationToken);
        if (options.Json) JsonOutput.Write(schema);
        terminal.Line($"Applied: {string.Join(", ", schema.Applied)} in {schema.Duration.TotalSeconds:N1} s.");
    }, cancellationToken);

    private static async Task<ExitCode> DownAsync(HarnessOptions options, CancellationToken cancellationToken) =>
        await OnGivenAsync(options, async (terminal, database, migrator) =>
    {
        var jobs = await terminal.WithProgressAsync(async progress =>
        {
            await migrator.DownAsync(progress, cancellationToken);
            // The steps down look for them in this database alone.
            return await JobScheduler.UnscheduleAsync(database.AdminConnectionString, cancellationToken);
        });
        if (jobs.Removed > 0) terminal.Line($"{jobs.Removed} jobs were taken back from pg_cron.");
        if (jobs.Remedy is { } remedy)
            terminal.Line($"This login does not see jobs that other roles gave to pg_cron: those of this database fail now. {remedy}");
        if (options.Json) JsonOutput.Write(new RolledBack("base"));
        terminal.Line("The base schema is back, with every row.");
    }, cancellationToken);

    private static async Task<ExitCode> StatusAsync(HarnessOptions options, CancellationToken cancellationToken) =>
        await OnGivenAsync(options, async (terminal, _, migrator) =>
    {
        var status = await migrator.StatusAsync(cancellationToken);
        if (options.Json) JsonOutput.Write(status);
        terminal.Line(status.HasBaseSchema ? "The base schema is there." : "There is no base schema.");
        foreach (var line in status.Migrations) terminal.Line($"{line.State,-10} {line.Name} ({line.StepsDone} of {line.Steps} steps)");
        foreach (var changed in status.Changed) terminal.Line($"changed since it was applied: {changed}");
        foreach (var index in status.InvalidIndexes) terminal.Line($"invalid index: {index}");
        foreach (var partition in status.DefaultPartitionRows) terminal.Line($"rows in a default partition: {partition}");
        foreach (var extension in status.Unavailable) terminal.Line($"unavailable: {extension}");
    }, cancellationToken);

    private static async Task<ExitCode> MeasureAsync(HarnessOptions options, bool contactsGiven, CancellationToken cancellationToken)
    {
        var context = StageContext.Of(options);
        await using var seeded = await SeededDatabase.OpenAsync(context, contactsGiven, cancellationToken, exclusive: true);
        await using var admin = NpgsqlDataSource.Create(seeded.Database.AdminConnectionString);
        var verdicts = await context.Terminal.WithProgressAsync(
            progress => MigrationMeasurement.RunAsync(admin, ProvisionedMeasurements.LiveConnections, progress, cancellationToken));
        return CheckTable.Print(context.Terminal, verdicts, options.Json);
    }

    private static async Task<ExitCode> OnGivenAsync(
        HarnessOptions options, Func<TerminalOutput, Database, Migrator, Task> work, CancellationToken cancellationToken)
    {
        TerminalOutput terminal = new TerminalOutput(options.Json);
        await using var database = await SeededDatabase.GivenAsync(terminal, options, cancellationToken);
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        await work(terminal, database, new Migrator(admin));
        return ExitCode.AllMet;
    }

    /// <param name="Schema">That is in force now.</param>
    private sealed record RolledBack(string Schema);
}
