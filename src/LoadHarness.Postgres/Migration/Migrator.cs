using System.Data;
using System.Diagnostics;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Statistics;
using LoadHarness.Postgres.Distribution;
using Npgsql;

namespace LoadHarness.Postgres.Migration;

/// <summary>Takes a database up to the optimized schema and back, online.</summary>
/// <remarks>
/// Safe to run twice, from two places at once, and after being killed at any moment: every step is journaled when it is done,
/// and repeating one changes nothing. Needs a session of its own: not through a pooler in transaction mode.
/// </remarks>
public sealed class Migrator(NpgsqlDataSource admin)
{
    // Autovacuum lets go of a table once somebody has waited for deadlock_timeout: it must end before lock_timeout does.
    // Only a superuser may set it; others try again until autovacuum has finished.
    private const string ShortenDeadlockTimeout =
        "do $$ begin perform set_config('deadlock_timeout', '100ms', false); exception when insufficient_privilege then null; end $$";

    // The triggers are the schema's own, and write rows of the same workspace: of those Citus cannot know that they are safe.
    private const string AllowTriggersOnCluster =
        "select set_config('citus.enable_unsafe_triggers', 'on', false) from pg_extension where extname = 'citus'";

    // SQLSTATE of a step's own "raise warning". PostgreSQL's have others, but for a few that a person should read too.
    private const string PlainWarning = "01000";

    public MigrationFiles Files { get; init; } = MigrationFiles.Read();

    /// <summary>Called before each attempt at a step, with its name.</summary>
    public Action<string>? StepBegun { get; init; }

    /// <summary>
    /// Called when a step's statements have run and before it is journaled, with its name. What it throws stops the migration there.
    /// </summary>
    internal Func<string, Task>? StepExecuted { get; init; }

    /// <summary>Called when a step is journaled, with its name.</summary>
    public Action<string>? StepEnded { get; init; }

    /// <summary>Applies <c>sql/schema.sql</c> where there is no table of it.</summary>
    public async Task<SchemaVersion> ApplyBaseAsync(CancellationToken cancellationToken)
    {
        await using var connection = await admin.OpenLongAsync(cancellationToken);
        var watch = Stopwatch.StartNew();
        await MigrationLock.AcquireAsync(connection, SilentProgress.Instance, cancellationToken);
        await EnsureBaseAsync(connection, cancellationToken);
        await MigrationLock.ReleaseAsync(connection, cancellationToken);
        return new SchemaVersion(["base"], ChecksumOf([Files.BaseSchema]), watch.Elapsed);
    }

    /// <summary>The base schema where there is none, then <see cref="UpAsync(IStageProgress, CancellationToken)"/>.</summary>
    /// <remarks>The journal comes first: what a killed build leaves is known as the harness's own.</remarks>
    /// <exception cref="HarnessException">A step failed, a journaled file was changed, or a rollback is half-way.</exception>
    public Task<SchemaVersion> BuildAsync(IStageProgress progress, CancellationToken cancellationToken) =>
        WithLockAsync(progress, async (connection, journal) =>
    {
        await journal.CreateAsync(cancellationToken);
        await EnsureBaseAsync(connection, cancellationToken);
        return await UpAsync(connection, journal, progress, cancellationToken);
    }, cancellationToken);

    /// <exception cref="HarnessException">
    /// There is no base schema, a step failed, a journaled file was changed, a rollback is half-way, or something of somebody else's would
    /// be lost.
    /// </exception>
    public Task<SchemaVersion> UpAsync(IStageProgress progress, CancellationToken cancellationToken) =>
        WithLockAsync(progress, async (connection, journal) =>
    {
        if (!await HasBaseAsync(connection, cancellationToken))
            throw new HarnessException("The database has no base schema to migrate. Apply sql/schema.sql first.");
        await journal.CreateAsync(cancellationToken);
        return await UpAsync(connection, journal, progress, cancellationToken);
    }, cancellationToken);

    /// <summary>Back to the base schema; no row is lost. Without a migration to revert it does nothing.</summary>
    /// <exception cref="HarnessException">
    /// A step failed, a migration up or a seeding is half-way, the login may not look for the jobs that pg_cron has here, or something
    /// of somebody else's would be lost.
    /// </exception>
    public Task DownAsync(IStageProgress progress, CancellationToken cancellationToken) =>
        WithLockAsync(progress, async (connection, journal) =>
    {
        if (!await journal.ExistsAsync(cancellationToken))
            return true;
        await RefuseHalfWayUpAsync(journal, cancellationToken);
        await RefuseHalfWaySeedingAsync(connection, cancellationToken);
        await RefuseHiddenJobsAsync(connection, cancellationToken);
        await new Distributor(connection, progress).RequireGatheredAsync(cancellationToken);
        await new ReplacementGuard(connection, Files, progress).CheckDownAsync(journal, cancellationToken);
        StepBegun?.Invoke("functions");
        await new RepeatableFiles(connection, journal, progress).DropAsync(cancellationToken);
        StepEnded?.Invoke("functions");
        foreach (var migration in Files.Migrations.Reverse())
            await DownAsync(connection, journal, migration, progress, cancellationToken);
        await TrustedSchemas.ReopenAsync(connection, cancellationToken);
        await journal.DropAsync(cancellationToken);
        return true;
    }, cancellationToken);

    /// <summary>
    /// Takes away what the function files made, so that another set of files can be applied with nothing left of this one.
    /// </summary>
    internal Task DropFunctionsAsync(CancellationToken cancellationToken) =>
        WithLockAsync(SilentProgress.Instance, async (connection, journal) =>
    {
        await new RepeatableFiles(connection, journal, SilentProgress.Instance).DropAsync(cancellationToken);
        return true;
    }, cancellationToken);

    public async Task<MigrationStatus> StatusAsync(CancellationToken cancellationToken)
    {
        await using var connection = await admin.OpenConnectionAsync(cancellationToken);
        return await MigrationInspection.ReadAsync(connection, Files, cancellationToken);
    }

    private async Task<SchemaVersion> UpAsync(
        NpgsqlConnection connection, MigrationJournal journal, IStageProgress progress, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        await TrustedSchemas.CloseAsync(connection, cancellationToken);
        await new ReplacementGuard(connection, Files, progress).CheckUpAsync(cancellationToken);
        foreach (var migration in Files.Migrations)
            await UpAsync(connection, journal, migration, progress, cancellationToken);
        StepBegun?.Invoke("functions");
        await new RepeatableFiles(connection, journal, progress).ApplyAsync(Files.Repeatables, cancellationToken);
        StepEnded?.Invoke("functions");
        await InvalidIndexes.RepairAsync(connection, Files, progress, cancellationToken);
        await new Distributor(connection, progress).SpreadAsync(cancellationToken);
        var checksums = Files.Migrations.SelectMany(m => m.Up).Select(s => s.Checksum).Concat(Files.Repeatables.Select(f => f.Checksum));
        return new SchemaVersion(["base", .. Files.Migrations.Select(m => m.Name)], ChecksumOf(checksums), watch.Elapsed);
    }

    private async Task UpAsync(
        NpgsqlConnection connection, MigrationJournal journal, SchemaMigration migration, IStageProgress progress,
            CancellationToken cancellationToken)
    {
        if ((await journal.StepsAsync(migration.Name, MigrationJournal.Down, cancellationToken)).Count > 0)
            throw new HarnessException($"The rollback of {migration.Name} is half-way. Finish it with `rollback` before migrating up.");
        var done = await journal.StepsAsync(migration.Name, MigrationJournal.Up, cancellationToken);
        MigrationJournal.RefuseChanged(migration, done);
        await RunAsync(connection, journal, migration.Name, MigrationJournal.Up, migration.Up, done, progress, cancellationToken);
    }

    private async Task DownAsync(
        NpgsqlConnection connection, MigrationJournal journal, SchemaMigration migration, IStageProgress progress,
            CancellationToken cancellationToken)
    {
        if ((await journal.StepsAsync(migration.Name, MigrationJournal.Up, cancellationToken)).Count == 0)
            return;
        var done = await journal.StepsAsync(migration.Name, MigrationJournal.Down, cancellationToken);
        await RunAsync(connection, journal, migration.Name, MigrationJournal.Down, migration.Down, done, progress, cancellationToken);
        await journal.ForgetAsync(migration.Name, cancellationToken);
    }

    private async Task RunAsync(
        NpgsqlConnection connection,
        MigrationJournal journal,
        string migration,
        string direction,
        IReadOnlyList<MigrationStep> steps,
        IReadOnlyDictionary<string, string> done,
        IStageProgress progress,
        CancellationToken cancellationToken)
    {
        using var task = progress.Begin($"Migration {migration} {direction}", steps.Count, "steps");
        for (var (first, next) = (0, 0); first < steps.Count; first = next)
        {
            for (next = first + 1; next < steps.Count && steps[next].Concurrent;) next++;
            await Task.WhenAll(steps.Take(first..next).Index().Where(step => !done.ContainsKey(step.Item.Name))
                .Select(step => step.Index > 0
                ? RunConcurrentlyAsync(migration, direction, step.Item, step.Index, progress, cancellationToken)
                : RunStepAsync(connection, journal, migration, direction, step.Item, progress, cancellationToken)));
            task.Advance(next - first);
        }
    }

    private async Task RunConcurrentlyAsync(
        string migration, string direction, MigrationStep step, int place, IStageProgress progress, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await MigrationLock.AcquireConcurrentAsync(connection, place, progress, cancellationToken);
        try
        {
            await RunStepAsync(connection, new MigrationJournal(connection), migration, direction, step, progress, cancellationToken);
        }
        finally
        {
            if (connection.FullState.HasFlag(ConnectionState.Open))
                await MigrationLock.ReleaseConcurrentAsync(connection, place, CancellationToken.None);
        }
    }

    private async Task RunStepAsync(
        NpgsqlConnection connection, MigrationJournal journal, string migration, string direction, MigrationStep step,
            IStageProgress progress, CancellationToken cancellationToken)
    {
        await new StepRunner(connection, journal, Files, progress, StepBegun, StepExecuted)
            .RunAsync(migration, direction, step, cancellationToken);
        StepEnded?.Invoke(step.Name);
    }

    private async Task RefuseHalfWayUpAsync(MigrationJournal journal, CancellationToken cancellationToken)
    {
        foreach (var migration in Files.Migrations)
        {
            var done = await journal.StepsAsync(migration.Name, MigrationJournal.Up, cancellationToken);
            if (done.Count > 0 && migration.Up.Any(step => !done.ContainsKey(step.Name)))
                throw new HarnessException($"The migration {migration.Name} is half-way up. Finish it with `migrate` before rolling back.");
        }
    }

    // What a seeding has put aside until its rows are there, the steps down would look for.
    private static async Task RefuseHalfWaySeedingAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (await connection.ScalarAsync<bool>("select to_regclass('loadharness.seed_deferred') is not null", cancellationToken)
            && await connection.ScalarAsync<bool>("select exists (select 1 from loadharness.seed_deferred)", cancellationToken))
            throw new HarnessException("A seeding is half-way: its indexes and keys are not there yet. Finish it with `seed` and the same "
                + "options before rolling back.");
    }

    // Steps down look for jobs in pg_cron by its table's name, which is an error for who may not use the schema.
    private static async Task RefuseHiddenJobsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var login = await connection.ScalarAsync<string>(
            "select quote_ident(current_user) from pg_namespace where nspname = 'cron' and not has_schema_privilege(oid, 'usage')",
            cancellationToken);
        if (login is not null)
            throw new HarnessException(
                "pg_cron is in this database, and this login may not look there for the jobs to take back. Nothing was changed. "
                    + $"As a superuser: grant usage on schema cron to {login}; then run rollback again.");
    }

    private async Task<T> WithLockAsync<T>(
        IStageProgress progress, Func<NpgsqlConnection, MigrationJournal, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        connection.Notice += (_, told) =>
        {
            if (told.Notice.SqlState == PlainWarning) progress.Note(told.Notice.MessageText);
        };
        try
        {
            await MigrationLock.AcquireAsync(connection, progress, cancellationToken);
            return await work(connection, new MigrationJournal(connection));
        }
        finally
        {
            if (connection.FullState.HasFlag(ConnectionState.Open))
                await MigrationLock.ReleaseAsync(connection, CancellationToken.None);
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await admin.OpenLongAsync(cancellationToken);
        // Row security must never filter what a migration copies: with this it is an error instead.
        await connection.ExecuteAsync("set row_security = off; set search_path = public; set timezone = 'UTC'", cancellationToken);
        await connection.ExecuteAsync(ShortenDeadlockTimeout, cancellationToken);
        await connection.ExecuteAsync(AllowTriggersOnCluster, cancellationToken);
        await RoleGrants.SettleAsync(connection, cancellationToken);
        return connection;
    }

    private async Task EnsureBaseAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (await HasBaseAsync(connection, cancellationToken)) return;
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(Files.BaseSchema, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static Task<bool> HasBaseAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ScalarAsync<bool>("select to_regclass('public.leads') is not null", cancellationToken);

    private static string ChecksumOf(IEnumerable<string> texts) =>
        TextHash.Of(string.Join('\n', texts));
}
