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
        var database = (string)(await ScalarAsync(here, "select current_database()::text", cancellationToken))!;
        // Not by current_setting, which refuses it to a role that is no superuser: pg_settings leaves it out.
        var cronDatabase = await ScalarAsync(
            here, "select setting from pg_settings where name = 'cron.database_name'", cancellationToken) as string;
        var jobs = await JobsAsync(here, cancellationToken);
        if (string.IsNullOrEmpty(cronDatabase))
            return [.. jobs.Select(job => new ScheduledJob(job.Name, false, Remedy))];
        await using var home = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString)
        {
            Database = cronDatabase,
            Pooling = false,
        }.ConnectionString);
        if (await ScalarAsync(home, "select to_regclass('cron.job') is not null", cancellationToken) is not true)
            return [.. jobs.Select(job => new ScheduledJob(job.Name, false, $"In the database {cronDatabase}: create extension pg_cron;"))];
        // A superuser's session would lend its power to any role that may replace what a job calls.
        // Nobody else may schedule for another role.
        var user = await ScalarAsync(home,
            "select case when rolsuper then 'lh_jobs' else rolname::text end from pg_catalog.pg_roles where rolname = current_user",
            cancellationToken) as string;
        await HandOverAsync(home, database, user!, jobs, cancellationToken);
        return [.. jobs.Select(job => new ScheduledJob(job.Name, true, $"{job.Schedule} GMT, by pg_cron in {cronDatabase}, as {user}"))];
    }

    private static async Task HandOverAsync(
        NpgsqlDataSource home, string database, string user, List<(string Name, string Schedule)> jobs, CancellationToken cancellationToken)
    {
        if (user == "lh_jobs")
        {
            await ScalarAsync(home, "grant usage on schema cron to lh_jobs", cancellationToken);
            // What an earlier version handed over as the migrating user would run twice.
            await AskAsync(
                home, "select count(cron.unschedule(jobid)) from cron.job where database = $1 and username <> $2 and command like 'call public.run_job(%'", [database, user], cancellationToken);
        }

        foreach (var (name, schedule) in jobs)
        {
            await AskAsync(
                home,
                user == "lh_jobs"
                    ? "select cron.schedule_in_database($1, $2, format('call public.run_job(%L)', $3), $4, 'lh_jobs')"
                    : "select cron.schedule_in_database($1, $2, format('call public.run_job(%L)', $3), $4)",
                [$"{database}/{name}", schedule, name, database],
                cancellationToken);
        }
    }

    private static async Task AskAsync(NpgsqlDataSource source, string sql, string[] values, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
        await command.ExecuteScalarAsync(cancellationToken);
    }

    private static async Task<object?> ScalarAsync(NpgsqlDataSource source, string sql, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    private static async Task<List<(string Name, string Schedule)>> JobsAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("select name, schedule from public.scheduled_jobs order by name");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var jobs = new List<(string, string)>();
        while (await reader.ReadAsync(cancellationToken)) jobs.Add((reader.GetString(0), reader.GetString(1)));
        return jobs;
    }
}
