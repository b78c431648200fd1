using LoadHarness.Core;
using LoadHarness.Postgres.Workload;
using Npgsql;

namespace LoadHarness.Postgres.Distribution;

/// <summary>
/// What goes wrong on a cluster without an error: figures of a run would be taken of nothing. Asked before anything is measured.
/// </summary>
public static class ClusterTraps
{
    private const int Looked = 10;

    private const string SomeLeads = "select count(*) from (select 1 from leads where workspace_id = $1 limit 10) as l";

    /// <exception cref="HarnessException">A trap is open; the message says which, and how to close it.</exception>
    public static async Task RequireNoneAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var admin = await SingleSession.OpenAsync(connectionString, cancellationToken);
        if (!(await ClusterShape.ReadAsync(admin, cancellationToken)).Distributed) return;
        await RequireVisibleRowsAsync(admin, connectionString, cancellationToken);
        await RequireTrueCountsAsync(admin, cancellationToken);
        await RequireSizesOfWorkersAsync(admin, cancellationToken);
    }

    // A node that was not told the workspace shows no row, and a node that the role may not log in to none either.
    private static async Task RequireVisibleRowsAsync(
        NpgsqlConnection admin, string connectionString, CancellationToken cancellationToken)
    {
        var workspace = await admin.ScalarAsync<long>(
            "select coalesce((select workspace_id from leads order by workspace_id limit 1), 0)", cancellationToken);
        var there = await admin.ScalarAsync<long>(SomeLeads, cancellationToken, workspace);
        await using var app = TenantDatabase.Open(connectionString, "lh_app", workspace, connections: 1);
        long seen;
        try
        {
            seen = await app.ScalarAsync<long>(SomeLeads, [], cancellationToken);
        }
        catch (PostgresException refused)
        {
            throw new HarnessException(
                $"lh_app cannot read through the coordinator: {refused.MessageText}. Let pg_hba.conf of each worker admit lh_owner, "
                    + "lh_app, lh_readonly and lh_worker from the coordinator and the other workers, and migrate again.",
                ExitCode.BadUsage, refused);
        }

        if (seen != there)
            throw new HarnessException(
                $"lh_app sees {seen} of {Math.Min(there, Looked)} leads of workspace {workspace}: "
                    + "its workspace does not reach the workers. Run: alter database ... "
                    + "set citus.propagate_set_commands = 'local'; then connect again.", ExitCode.BadUsage);
    }

    private static async Task RequireTrueCountsAsync(NpgsqlConnection admin, CancellationToken cancellationToken)
    {
        await using var transaction = await admin.BeginTransactionAsync(cancellationToken);
        await admin.ExecuteAsync("select set_config('role', 'lh_owner', true)", cancellationToken);
        var workspace = await admin.ScalarAsync<long>("insert into workspaces (name) values ('trap') returning id", cancellationToken);
        await admin.ExecuteAsync($"set local app.workspace_id = '{workspace}'", cancellationToken);
        await admin.ExecuteAsync(
            "insert into leads (workspace_id, email) select $1, 'trap' || g || '@example.com' from generate_series(1, 3) g",
                cancellationToken, workspace);
        var campaign = await admin.ScalarAsync<long>(
            "insert into campaigns (workspace_id, name, subject) values ($1, 'trap', 'trap') returning id", cancellationToken, workspace);
        const string schedule = "select total_scheduled from bulk_schedule_email_sends($2, $1)";
        var first = await admin.ScalarAsync<long>(schedule, cancellationToken, workspace, campaign);
        var second = await admin.ScalarAsync<long>(schedule, cancellationToken, workspace, campaign);
        await transaction.RollbackAsync(cancellationToken);
        if ((first, second) != (3, 0))
            throw new HarnessException(
                $"Scheduling three leads twice counts {first} and then {second} recipients, not 3 and 0: this version of Citus counts rows "
                    + "wrongly (its issue 3377) for what the functions send it. Use another version.", ExitCode.Fault);
    }

    private static async Task RequireSizesOfWorkersAsync(NpgsqlConnection admin, CancellationToken cancellationToken)
    {
        var shown = await admin.ScalarAsync<long>(
            "select coalesce(sum(total_bytes), 0)::bigint from get_table_size_stats() where table_name = 'leads'", cancellationToken);
        var there = await admin.ScalarAsync<long>("select citus_total_relation_size('leads')", cancellationToken);
        if (shown * 2 < there)
            throw new HarnessException(
                $"Monitoring shows {shown:N0} bytes of leads, the workers hold {there:N0}: it does not read them. "
                    + "Let pg_hba.conf of each worker admit lh_owner from the coordinator.", ExitCode.BadUsage);
    }
}
