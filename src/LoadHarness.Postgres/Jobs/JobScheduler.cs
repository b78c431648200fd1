using Npgsql;

namespace LoadHarness.Postgres.Jobs;

/// <param name="Scheduled">False where pg_cron cannot be used; <paramref name="Detail"/> then tells the way to get it.</param>
public sealed record ScheduledJob(string Job, bool Scheduled, string Detail);

/// <param name="Removed">Jobs that pg_cron had of this database and has no longer.</param>
/// <param name="Remedy">What a superuser runs for jobs that this login may not look at; null when there can be none.</param>
public sealed record UnscheduledJobs(long Removed, string? Remedy);

/// <summary>Gives the jobs of a database to pg_cron, which lives in one database of the server and serves them all.</summary>
public static class JobScheduler
{
    public const string Remedy =
        "Install pg_cron (Debian: apt-get install postgresql-15-cron), add it to shared_preload_libraries, set cron.database_name "
        + "and cron.use_background_workers = on, restart; until then run the jobs verb from a timer.";

    private const string Ours = "database = $1 and command like 'call public.run_job(%'";

    /// <summary>Scheduling again changes nothing: pg_cron keeps one job a name and user.</summary>
    public static async Task<IReadOnlyList<ScheduledJob>> ScheduleAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var here = NpgsqlDataSource.Create(connectionString);
        var jobs = await JobsAsync(here, cancellationToken);
        var home = await CronHome.FindAsync(connectionString, cancellationToken);
        if (home.Database is null)
            return NotScheduled(home.IsHidden
                ? "pg_cron is loaded, but this login may not read in which database it lives: grant pg_read_all_settings to it."
                : Remedy);
        await using var there = home.Open();
        if (await LackingAsync(there, home, cancellationToken) is { } statements)
            return NotScheduled($"In the database {home.Database}, as a superuser: {statements}");
        // A superuser's session would lend its power to any role that may replace what a job calls.
        // Nobody else may schedule for another role.
        var user = await there.ScalarAsync<string>(
            "select case when rolsuper then 'lh_jobs' else rolname::text end from pg_catalog.pg_roles where rolname = current_user",
            cancellationToken);
        await HandOverAsync(there, home, user!, jobs, cancellationToken);
        if (!home.IsHere) await PruneHistoryAsync(there, home.Here, cancellationToken);
        return [.. jobs.Select(job => new ScheduledJob(job.Name, true, $"{job.Schedule} GMT, by pg_cron in {home.Database}, as {user}"))];

        IReadOnlyList<ScheduledJob> NotScheduled(string detail) => [.. jobs.Select(job => new ScheduledJob(job.Name, false, detail))];
    }

    /// <summary>
    /// Takes the jobs of a database back, wherever pg_cron lives: those of every role for a superuser, else those of the login alone.
    /// </summary>
    /// <remarks>Never an error: the schema may be gone already, and asking again finds what is left.</remarks>
    public static async Task<UnscheduledJobs> UnscheduleAsync(string connectionString, CancellationToken cancellationToken)
    {
        var home = await CronHome.FindAsync(connectionString, cancellationToken);
        if (home.Database is null) return new(0, home.IsHidden ? RemedyOf(home) : null);
        await using var there = home.Open();
        try
        {
            var removed = await there.ScalarAsync<long>(
                $"""
                select count(cron.unschedule(jobid)) from cron.job
                where {Ours} and (username = current_user or (select rolsuper from pg_catalog.pg_roles where rolname = current_user))
                """, cancellationToken, home.Here);
            // Others' rows are not shown to this login.
            var seesAll = await there.ScalarAsync<bool>("select rolsuper from pg_catalog.pg_roles where rolname = current_user",
                cancellationToken);
            return new(removed, seesAll ? null : RemedyOf(home));
        }
        catch (PostgresException none) when (none.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            return new(0, null);
        }
        catch (NpgsqlException refused)
        {
            return new(0, $"{RemedyOf(home)} ({(refused is PostgresException e ? e.MessageText : refused.Message)})");
        }
    }

    private static string RemedyOf(CronHome home) =>
        $"In {(home.Database is { } database ? $"the database {database}" : "pg_cron's database")}, as a superuser: "
            + "select cron.unschedule(jobid) from cron.job where "
            + Ours.Replace("$1", $"'{home.Here.Replace("'", "''", StringComparison.Ordinal)}'", StringComparison.Ordinal) + ";";

    /// <summary>What gives a login the rights that it lacks in pg_cron's database; null when it has them.</summary>
    /// <remarks>By the catalog: any name in a schema that it may not use would be an error.</remarks>
    private static Task<string?> LackingAsync(NpgsqlDataSource there, CronHome home, CancellationToken cancellationToken) =>
        there.ScalarAsync<string>(
            """
            select case when c.oid is null then 'create extension pg_cron;' else nullif(concat_ws(' ',
                case when not has_schema_privilege(n.oid, 'usage') then format('grant usage on schema cron to %I;', current_user) end,
                case when current_database() <> $1 and not exists (select from pg_proc p where p.pronamespace = n.oid
                        and p.proname = 'schedule_in_database' and has_function_privilege(p.oid, 'execute'))
                    then format('grant execute on function cron.schedule_in_database to %I;', current_user) end), '') end
            from (values ('cron'::name)) as s (name)
            left join pg_namespace n on n.nspname = s.name
            left join pg_class c on c.relnamespace = n.oid and c.relname = 'job'
            """, cancellationToken, home.Here);

    private static async Task HandOverAsync(
        NpgsqlDataSource there, CronHome home, string user, List<(string Name, string Schedule)> jobs, CancellationToken cancellationToken)
    {
        if (user == "lh_jobs")
        {
            await there.ExecuteAsync("grant usage on schema cron to lh_jobs", cancellationToken);
            // What an earlier version handed over as the migrating user would run twice.
            await there.ExecuteAsync(
                $"select count(cron.unschedule(jobid)) from cron.job where {Ours} and username <> $2",
                cancellationToken, home.Here, user);
        }

        // Who is no superuser may call the function that names a database only when that was granted.
        var (function, place) = user == "lh_jobs" ? ("schedule_in_database", ", $4, 'lh_jobs'")
            : home.IsHere ? ("schedule", "")
            : ("schedule_in_database", ", $4");
        foreach (var (name, schedule) in jobs)
        {
            object[] job = [$"{home.Here}/{name}", schedule, name];
            await there.ExecuteAsync(
                $"select cron.{function}($1, $2, format('call public.run_job(%L)', $3){place})",
                cancellationToken, place.Length == 0 ? job : [.. job, home.Here]);
        }
    }

    // The jobs themselves prune the history where they run, and this is another database.
    private static async Task PruneHistoryAsync(NpgsqlDataSource there, string database, CancellationToken cancellationToken)
    {
        if (await there.ScalarAsync<bool>("select has_table_privilege('cron.job_run_details', 'delete')", cancellationToken))
            await there.ExecuteAsync(
                "delete from cron.job_run_details where database = $1 and end_time < clock_timestamp() - interval '30 days'",
                cancellationToken, database);
    }

    private static Task<List<(string Name, string Schedule)>> JobsAsync(NpgsqlDataSource source, CancellationToken cancellationToken) =>
        source.ListAsync(
            "select name, schedule from public.scheduled_jobs order by name", row => (row.GetString(0), row.GetString(1)),
            cancellationToken);
}
