using Npgsql;

namespace LoadHarness.Postgres.Jobs;

/// <param name="Scheduled">False where pg_cron is missing; <paramref name="Detail"/> then tells the way to get it.</param>
public sealed record ScheduledJob(string Job, bool Scheduled, string Detail);

/// <summary>Gives the jobs of a database to pg_cron, which lives in one database of the server and serves them all.</summary>
public static class JobScheduler
{
    public const string Remedy =
        "Install pg_cron (Debian: apt-get install postgresql-15-cron), add it to shared_preload_libraries, set cron.database_name "
        + "and cron.use_background_workers = on, restart; until then run the jobs verb from a timer.";

    /// <summary>Scheduling again changes nothing: pg_cron keeps one job a name and user.</summary>
    public static async Task<IReadOnlyList<ScheduledJob>> ScheduleAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var here = NpgsqlDataSource.Create(connectionString);
        var database = (await here.ScalarAsync<string>("select current_database()::text", cancellationToken))!;
        // Not by current_setting, which refuses it to a role that is no superuser: pg_settings leaves it out.
        var cronDatabase = await here.ScalarAsync<string>(
            "select setting from pg_settings where name = 'cron.database_name'", cancellationToken);
        var jobs = await JobsAsync(here, cancellationToken);
        if (string.IsNullOrEmpty(cronDatabase))
            return [.. jobs.Select(job => new ScheduledJob(job.Name, false, Remedy))];
        await using var home = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString)
        {
            Database = cronDatabase,
            Pooling = false,
        }.ConnectionString);
        if (!await home.ScalarAsync<bool>("select to_regclass('cron.job') is not null", cancellationToken))
            return [.. jobs.Select(job => new ScheduledJob(job.Name, false, $"In the database {cronDatabase}: create extension pg_cron;"))];
        // A superuser's session would lend its power to any role that may replace what a job calls.
        // Nobody else may schedule for another role.
        var user = await home.ScalarAsync<string>(
            "select case when rolsuper then 'lh_jobs' else rolname::text end from pg_catalog.pg_roles where rolname = current_user",
            cancellationToken);
        await HandOverAsync(home, database, user!, jobs, cancellationToken);
        return [.. jobs.Select(job => new ScheduledJob(job.Name, true, $"{job.Schedule} GMT, by pg_cron in {cronDatabase}, as {user}"))];
    }

    private static async Task HandOverAsync(
        NpgsqlDataSource home, string database, string user, List<(string Name, string Schedule)> jobs, CancellationToken cancellationToken)
    {
        if (user == "lh_jobs")
        {
            await home.ExecuteAsync("grant usage on schema cron to lh_jobs", cancellationToken);
            // What an earlier version handed over as the migrating user would run twice.
            await home.ExecuteAsync(
                """
                select count(cron.unschedule(jobid))
                from cron.job
                where database = $1 and username <> $2 and command like 'call public.run_job(%'
                """,
                cancellationToken, database, user);
        }

        foreach (var (name, schedule) in jobs)
        {
            await home.ExecuteAsync(
                user == "lh_jobs"
                    ? "select cron.schedule_in_database($1, $2, format('call public.run_job(%L)', $3), $4, 'lh_jobs')"
                    : "select cron.schedule_in_database($1, $2, format('call public.run_job(%L)', $3), $4)",
                cancellationToken, $"{database}/{name}", schedule, name, database);
        }
    }

    private static Task<List<(string Name, string Schedule)>> JobsAsync(NpgsqlDataSource source, CancellationToken cancellationToken) =>
        source.ListAsync(
            "select name, schedule from public.scheduled_jobs order by name", row => (row.GetString(0), row.GetString(1)),
            cancellationToken);
}
