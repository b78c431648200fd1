using LoadHarness.Core;
using LoadHarness.Core.Progress;
using Npgsql;

namespace LoadHarness.Postgres.Jobs;

/// <summary>Runs the maintenance jobs where there is no pg_cron: the same bodies, steps and outcome rows, as lh_jobs.</summary>
/// <param name="clock">Tells how long something took. What is due is told by the server's clock, as the start of each run is.</param>
public sealed class JobRunner(NpgsqlDataSource admin, TimeProvider clock)
{
    // A backlog folded or a large view refreshed may take long; a job that hangs for an hour has failed.
    private const int TimeoutSeconds = 3600;

    /// <param name="ReadAt">By the server's clock.</param>
    private sealed record Definition(
        string Name, string Requirement, CronSchedule Schedule, DateTimeOffset? LastStarted, DateTimeOffset ReadAt);

    /// <summary>One outcome a job; a job that fails does not keep the others from running.</summary>
    /// <exception cref="HarnessException">The schema has no jobs, or none of the given name.</exception>
    public async Task<IReadOnlyList<JobResult>> RunAsync(
        JobSelection selection, IStageProgress progress, CancellationToken cancellationToken)
    {
        var definitions = await ReadAsync(cancellationToken);
        var read = clock.GetTimestamp();
        if (selection.Name is { } name && definitions.All(d => d.Name != name))
            throw new HarnessException($"There is no job \"{name}\". Known: {string.Join(", ", definitions.Select(d => d.Name))}.",
                ExitCode.BadUsage);
        var outcomes = new List<JobResult>();
        foreach (var definition in definitions.Where(d => selection.Name is null || d.Name == selection.Name))
        {
            if (selection is { All: false, Name: null } && !IsDue(definition, clock.GetElapsedTime(read)))
            {
                outcomes.Add(new JobResult(definition.Name, definition.Requirement, JobStatus.NotDue,
                    $"last run {definition.LastStarted:u}, schedule {definition.Schedule} GMT", TimeSpan.Zero));
                continue;
            }

            progress.Note($"Running the job {definition.Name}.");
            outcomes.Add(await RunAsync(definition, cancellationToken));
        }

        return outcomes;
    }

    private static bool IsDue(Definition definition, TimeSpan sinceRead) =>
        definition.LastStarted is not { } last || definition.Schedule.Previous(definition.ReadAt + sinceRead) > last;

    private async Task<JobResult> RunAsync(Definition definition, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        try
        {
            await using var session = await JobSession.OpenAsync(admin, cancellationToken);
            var (status, detail) = await RunAsync(session, definition.Name, cancellationToken);
            return new JobResult(definition.Name, definition.Requirement, status, detail, clock.GetElapsedTime(began));
        }
        catch (NpgsqlException e)
        {
            return new JobResult(
                definition.Name, definition.Requirement, JobStatus.Failed, e is PostgresException p ? p.MessageText : e.Message,
                clock.GetElapsedTime(began));
        }
    }

    // As the procedure run_job does it, for pg_cron.
    private static async Task<(JobStatus Status, string Detail)> RunAsync(
        JobSession session, string job, CancellationToken cancellationToken)
    {
        if (await session.AskAsync("select public.begin_job_run($1, $2)", job, "program", TimeoutSeconds, cancellationToken) is not { } run)
            return (JobStatus.Skipped, "another session is running it");
        for (var step = "0"; step is not null;)
            step = await session.AskAsync("select public.run_job_step($1::bigint, $2::int)", run, step, TimeoutSeconds, cancellationToken);
        var end = await session.AskAsync(
            """
            select case when e.failed then 'failed' else 'succeeded' end || ' ' || coalesce(e.detail, '')
            from public.end_job_run($1::bigint) e
            where $2 is not null
            """, run, "", TimeoutSeconds, cancellationToken);
        await session.AskAsync("select public.prune_job_history() where $1 is not null and $2 is not null", "", "", TimeoutSeconds,
            cancellationToken);
        return end!.Split(' ', 2) is [var outcome, var detail]
            ? (outcome == "failed" ? JobStatus.Failed : JobStatus.Succeeded, detail)
            : (JobStatus.Failed, "the run left no outcome");
    }

    private async Task<List<Definition>> ReadAsync(CancellationToken cancellationToken)
    {
        if (!await admin.ScalarAsync<bool>("select to_regprocedure('public.get_job_status()') is not null", cancellationToken))
            throw new HarnessException("This database has no jobs: its schema is not migrated. Run the migrate verb on it first.");
        return await admin.ListAsync(
            "select job, requirement, schedule, last_started, clock_timestamp() from public.get_job_status()",
            row => new Definition(
                row.GetString(0), row.GetString(1), CronSchedule.Parse(row.GetString(2)),
                row.IsDBNull(3) ? null : row.GetFieldValue<DateTimeOffset>(3), row.GetFieldValue<DateTimeOffset>(4)),
            cancellationToken);
    }
}
