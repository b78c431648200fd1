using System.CommandLine;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Postgres.Jobs;
using Npgsql;

namespace LoadHarness.Cli.Verbs;

/// <summary><c>jobs run</c>: the maintenance jobs that are due, where there is no pg_cron (JB-1 to JB-5).</summary>
internal static class JobsVerb
{
    public static Verb Create(CommandLineOptions words)
    {
        var action = new Argument<string>("action") { Description = "run: what is due; schedule: hand the jobs to pg_cron." };
        action.AcceptOnlyFromAmong("run", "schedule");
        var all = new Option<bool>("--all") { Description = "Run every job, due or not." };
        var name = new Option<string?>("--job") { Description = "Run this one, due or not.", HelpName = "NAME" };
        return new(
            new Command("jobs", "Run the due maintenance jobs without pg_cron, or hand them to it.") { action },
            [words.Database, words.Json, all, name],
            (parsed, cancellationToken) => ExecuteAsync(
                words.Read(parsed, parsed.GetValue(action) == "schedule"
                    ? FormOptions.Faults(parsed, "jobs schedule", "hands every job to pg_cron", all, name)
                    : []),
                parsed.GetValue(action)!, new(parsed.GetValue(all), parsed.GetValue(name)), cancellationToken));
    }

    private static async Task<ExitCode> ExecuteAsync(
        HarnessOptions options, string action, JobSelection selection, CancellationToken cancellationToken)
    {
        TerminalOutput terminal = new TerminalOutput(options.Json);
        await using var database = await SeededDatabase.GivenAsync(terminal, options, cancellationToken);
        return action == "schedule"
            ? await ScheduleAsync(terminal, database.AdminConnectionString, options.Json, cancellationToken)
            : await RunAsync(terminal, database.AdminConnectionString, selection, options.Json, cancellationToken);
    }

    private static async Task<ExitCode> RunAsync(
        TerminalOutput terminal, string connectionString, JobSelection selection, bool json, CancellationToken cancellationToken)
    {
        await using var admin = NpgsqlDataSource.Create(connectionString);
        var outcomes = await terminal.WithProgressAsync(
            progress => new JobRunner(admin, TimeProvider.System).RunAsync(selection, progress, cancellationToken));
        foreach (JobResult outcome in outcomes)
            terminal.Line(
                $"{Word(outcome.Status),-10} {outcome.Requirement,-5} {outcome.Job} "
                    + $"({outcome.Duration.TotalSeconds:N1} s): {outcome.Detail}");
        if (json) JsonOutput.Write(new JobsRun(outcomes));
        if (outcomes.Any(outcome => outcome.Failed)) return ExitCode.Fault;
        // Nothing ran because other sessions ran it all: a caller that waits for the jobs does not know how they end.
        return outcomes.Any(outcome => outcome.Status == JobStatus.Skipped)
            && outcomes.All(outcome => outcome.Status != JobStatus.Succeeded)
            ? ExitCode.Inconclusive : ExitCode.AllMet;
    }

    private static string Word(JobStatus status) => status == JobStatus.NotDue ? "not due" : status.ToString().ToLowerInvariant();

    private static async Task<ExitCode> ScheduleAsync(
        TerminalOutput terminal, string connectionString, bool json, CancellationToken cancellationToken)
    {
        var jobs = await JobScheduler.ScheduleAsync(connectionString, cancellationToken);
        foreach (var job in jobs) terminal.Line($"{(job.Scheduled ? "scheduled" : "not scheduled"),-14} {job.Job}: {job.Detail}");
        if (json) JsonOutput.Write(new JobsScheduled(jobs));
        return jobs.All(job => job.Scheduled) ? ExitCode.AllMet : ExitCode.Inconclusive;
    }

    private sealed record JobsRun(IReadOnlyList<JobResult> Jobs);

    private sealed record JobsScheduled(IReadOnlyList<ScheduledJob> Jobs);
}
