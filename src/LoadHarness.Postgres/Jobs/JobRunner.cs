using System.Diagnostics;
using LoadHarness.Core;
using LoadHarness.Core.Progress;
using Npgsql;

namespace LoadHarness.Postgres.Jobs;

/// <summary>Runs the maintenance jobs where there is no pg_cron: the same bodies, locks and outcome rows.</summary>
public sealed class JobRunner(NpgsqlDataSource admin, TimeProvider clock)
{
    // A backlog folded or a large view refreshed may take long; a job that hangs for an hour has failed.
    private const int TimeoutSeconds = 3600;

    private sealed record Definition(string Name, string Requirement, CronSchedule Schedule, DateTimeOffset? LastStarted);

    /// <summary>One outcome a job; a job that fails does not keep the others from running.</summary>
    /// <exception cref="HarnessException">The schema has no jobs, or none of the given name.</exception>
    public async Task<IReadOnlyList<JobOutcome>> RunAsync(JobSelection selection, IStageProgress progress, CancellationToken ct)
    {
        var definitions = await ReadAsync(ct);
        if (selection.Name is { } name && definitions.All(d => d.Name != name))
            throw new HarnessException($"There is no job \"{name}\". Known: {string.Join(", ", definitions.Select(d => d.Name))}.", ExitCode.BadUsage);
        var outcomes = new List<JobOutcome>();
        foreach (var definition in definitions.Where(d => selection.Name is null || d.Name == selection.Name))
        {
            if (selection is { All: false, Name: null } && !IsDue(definition, clock.GetUtcNow()))
            {
                outcomes.Add(new JobOutcome(definition.Name, definition.Requirement, "not due", $"last run {definition.LastStarted:u}, schedule {definition.Schedule} GMT", TimeSpan.Zero));
                continue;
            }

            progress.Note($"Running the job {definition.Name}.");
            outcomes.Add(await RunAsync(definition, ct));
        }

        return outcomes;
    }

    private static bool IsDue(Definition definition, DateTimeOffset now) =>
        definition.LastStarted is not { } last || definition.Schedule.Previous(now) > last;

    private async Task<JobOutcome> RunAsync(Definition definition, CancellationToken ct)
    {
        var watch = Stopwatch.StartNew();
        await using var connection = await admin.OpenConnectionAsync(ct);
        await using var command = new NpgsqlCommand("call public.run_job($1, 'program')", connection)
        {
            Parameters = { new() { Value = definition.Name } },
            CommandTimeout = TimeoutSeconds,
        };
        try
        {
            await command.ExecuteNonQueryAsync(ct);
        }
        catch (PostgresException e)
        {
            return new JobOutcome(definition.Name, definition.Requirement, "failed", e.MessageText, watch.Elapsed);
        }

        var (outcome, detail) = await LastAsync(connection, definition.Name, ct);
        return new JobOutcome(definition.Name, definition.Requirement, outcome, detail, watch.Elapsed);
    }

    private static async Task<(string Outcome, string Detail)> LastAsync(NpgsqlConnection connection, string job, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select outcome, coalesce(detail, '') from public.job_runs where job = $1 order by id desc limit 1", connection)
        {
            Parameters = { new() { Value = job } },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? (reader.GetString(0), reader.GetString(1)) : ("failed", "the run left no outcome row");
    }

    private async Task<List<Definition>> ReadAsync(CancellationToken ct)
    {
        await using var exists = admin.CreateCommand("select to_regprocedure('public.get_job_status()') is not null");
        if (await exists.ExecuteScalarAsync(ct) is not true)
            throw new HarnessException("This database has no jobs: its schema is not migrated. Run the migrate verb on it first.");
        await using var command = admin.CreateCommand("select job, requirement, schedule, last_started from public.get_job_status()");
        await using var reader = await command.ExecuteReaderAsync(ct);
        var definitions = new List<Definition>();
        while (await reader.ReadAsync(ct))
        {
            definitions.Add(new Definition(
                reader.GetString(0),
                reader.GetString(1),
                CronSchedule.Parse(reader.GetString(2)),
                await reader.IsDBNullAsync(3, ct) ? null : reader.GetFieldValue<DateTimeOffset>(3)));
        }

        return definitions;
    }
}
