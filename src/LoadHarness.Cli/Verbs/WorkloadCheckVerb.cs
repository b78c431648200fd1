using System.CommandLine;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Workloads;
using LoadHarness.Workloads.Checking;

namespace LoadHarness.Cli.Verbs;

/// <summary><c>workload check</c>: each statement once, rolled back, with its plan, and what is missing for a run.</summary>
internal static class WorkloadCheckVerb
{
    public const string Group = "workload";

    public static Verb Create(CommandLineOptions words)
    {
        var folder = new Argument<string>("folder") { Description = "The workload." };
        var plans = new Option<bool>("--plans") { Description = "Print the whole plans." };
        var command = new Command("check",
            "Run each statement once, rolled back, and tell its plan and what is missing for a run.") { folder };
        return new(
            command, [words.Database, words.Settings, words.Seed, words.Json, plans],
            (parsed, cancellationToken) =>
                ExecuteAsync(words.Read(parsed), parsed.GetValue(folder)!, parsed.GetValue(plans), cancellationToken))
        {
            Group = Group,
        };
    }

    private static async Task<ExitCode> ExecuteAsync(HarnessOptions options, string folder, bool plans, CancellationToken cancellationToken)
    {
        var workload = WorkloadCatalog.Read(folder);
        var context = StageContext.Of(options);
        var terminal = context.Terminal;
        await using var database = (await WorkloadStages.DatabaseAsync(context, exclusive: false, cancellationToken)).Database;
        // Somebody's own database is looked at only; an empty one of ours has to be filled before there is anything to check.
        if (database.IsPrivate)
        {
            await WorkloadStages.SetUpAsync(context, workload, database, cancellationToken);
            await WorkloadStages.SeedAsync(context, workload, database, cancellationToken);
        }
        else if (workload.SetUp.Count > 0)
            terminal.Line($"   {workload.File.SetUp} is not run by this check: the database is taken as it is.");
        await using var run = await WorkloadRun.PrepareAsync(workload, database.AdminConnectionString, options.Seed, cancellationToken);
        foreach (var note in run.Notes) terminal.Line($"   note: {note}");
        var trials = await run.TryAsync(options.Seed, cancellationToken);
        if (plans)
            foreach (var trial in trials.Where(trial => trial.Plan is not null))
                terminal.Line($"-- {trial.Plan!.Query}\n{trial.Plan.Text}\n");
        var verdicts = await WorkloadChecks.OfAsync(workload, database.AdminConnectionString, trials, cancellationToken);
        return CheckTable.Print(terminal, verdicts, options.Json);
    }
}
