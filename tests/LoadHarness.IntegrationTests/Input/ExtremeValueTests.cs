using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Migration;
using LoadHarness.IntegrationTests.Monitoring;
using Npgsql;

namespace LoadHarness.IntegrationTests.Input;

/// <summary>
/// Whatever one tenant writes, every job and every statement of another works as before. A new column is covered on the day it is granted.
/// </summary>
public sealed class ExtremeValueTests(PostgresCluster cluster)
{
    private static readonly string[] StatementsOfAnother =
    [
        "select count(*) from search_leads_optimized(2)", "select count(*) from search_leads_optimized(2, 'lead1')",
        "select count_segmented_leads(2, '{\"field\":\"custom.score\",\"operator\":\"greater_than\",\"value\":1}')",
        "select count(*) from get_segmented_leads(2, '{\"field\":\"created_at\",\"operator\":\"after\",\"value\":\"2000-01-01\"}')",
        "select imported_count from fast_bulk_lead_import(2, '[{\"email\":\"new@x.io\"}]')",
        "select count(*) from get_lead_growth_analytics(2, now() - interval '1 year', now(), 'month')",
        "select count(*) from get_campaign_analytics(2, now() - interval '1 year', now(), 'month')",
        "insert into lead_activities (workspace_id, lead_id, activity_type) select 2, id, 'note' from leads limit 1",
        "insert into campaigns (workspace_id, name, subject) values (2, 'c', 's')", "update leads set name = 'x'",
            "select count(*) from email_sends",
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_value_that_a_tenant_may_write_stops_a_job_or_a_statement_of_another_tenant()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await SampleRows.InsertAsync(database.Owner);
        await database.Owner.ExecuteAsync(
            "insert into campaign_metric_deltas (workspace_id, campaign_id, sent, opened) select workspace_id, id, 1, 1 from campaigns");
        var partitions = await PartitionsAsync(database);
        var columns = await WritableColumn.AllAsync(database);
        var written = 0;
        foreach (var column in columns)
        {
            foreach (var write in column.Writes(columns)) written += await WriteAsync(database, column.Role, write) ? 1 : 0;
        }

        Assert.True(columns.Count > 150, $"{columns.Count} columns");
        Assert.True(written > 100, $"{written} of the extremes were taken at all");
        var faults = new List<string>();
        foreach (var job in await database.Owner.ListAsync("select name from scheduled_jobs"))
        {
            await database.Owner.ExecuteAsync($"call run_job('{job}', 'test')");
            faults.AddRange(await database.Owner.ListAsync(
                $"select job || ': ' || detail from job_runs where job = '{job}' and outcome <> 'succeeded'"));
        }

        foreach (var statement in StatementsOfAnother)
        {
            if (await FaultOfAsync(database, "lh_app", 2, statement) is { } fault) faults.Add($"{statement}: {fault}");
        }

        Assert.Empty(faults);
        // Retention may archive some of the past; nobody may make new months.
        Assert.True(await PartitionsAsync(database) <= partitions + 4,
            $"{partitions} partitions before, {await PartitionsAsync(database)} after");
    }

    [Fact]
    public async Task No_function_depends_on_how_the_session_reads_backslashes()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(GoodValues.Rows);
        var faults = new List<string>();
        foreach (var routine in (await GrantedRoutine.AllAsync(database)).Where(routine => !routine.IsProcedure))
        {
            var call = routine.Call(routine.Parameters.Select(p => GoodValues.Of(routine, p)));
            if (await FaultOfAsync(database, routine.Role, 1, call, "set standard_conforming_strings = off") is { } fault
                && !fault.StartsWith("LH", StringComparison.Ordinal))
                faults.Add($"{call}: {fault}");
        }

        foreach (var value in (string[])["x\\", "\\'", "' or true --", "%\\_", "\\\\' or true --"])
        {
            var segment = System.Text.Json.JsonSerializer.Serialize(new { field = "name", @operator = "contains", value });
            foreach (var field in (string[])["name", "email", "custom.k", "custom." + value, "tags"])
            {
                var condition = segment.Replace("\"name\"", System.Text.Json.JsonSerializer.Serialize(field), StringComparison.Ordinal);
                var call = $"""
                    select count_segmented_leads(1, parse_json($q${condition}$q$)),
                           (select count(*) from search_leads_optimized(1, $q${value}$q$, p_tags => array[$q${value}$q$]))
                    """;
                if (await FaultOfAsync(database, "lh_app", 1, call, "set standard_conforming_strings = off") is { } fault)
                    faults.Add($"{call}: {fault}");
            }
        }

        Assert.Empty(faults);
    }

    private static Task<long> PartitionsAsync(TestDatabase database) =>
        database.Owner.AskAsync<long>(
            "select count(*) from pg_inherits where inhparent in ('email_sends'::regclass, 'lead_activities'::regclass)");

    private static async Task<bool> WriteAsync(TestDatabase database, string role, string sql) =>
        await FaultOfAsync(database, role, 1, sql) is null;

    /// <returns>State and sentence; null when the statement was answered.</returns>
    private static async Task<string?> FaultOfAsync(TestDatabase database, string role, long workspace, string sql, string? before = null)
    {
        await using var connection = await database.Owner.OpenConnectionAsync(Stop);
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(Stop);
            await using var session = new NpgsqlCommand(
                $"{before ?? "select"}; set local role {role}; select set_config('app.workspace_id', '{workspace}', true)", connection);
            await session.ExecuteNonQueryAsync(Stop);
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(Stop);
            await transaction.CommitAsync(Stop);
            return null;
        }
        catch (PostgresException refused)
        {
            return $"{refused.SqlState} {refused.MessageText}";
        }
    }
}
