using LoadHarness.IntegrationTests.Infrastructure;
using Npgsql;

namespace LoadHarness.IntegrationTests.Migration;

/// <summary>Under row security only leakproof operators become index conditions: a plan that scans all leads is a defect.</summary>
public sealed class LeakproofPlanTests(FilledDatabase filled) : IClassFixture<FilledDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("select id from leads where workspace_id = 1 and email = 'lead77@example0.com'")]
    [InlineData("select id from leads where email = 'lead77@example0.com'")]
    [InlineData(
        "select id, email from leads where workspace_id = 1 and status = 'unsubscribed' and email > 'lead5' order by email limit 50")]
    [InlineData("select id, email from leads where workspace_id = 1 and status = 'active' order by created_at desc, id desc limit 50")]
    [InlineData(
        """
        select id, email from leads
        where workspace_id = 1 and (created_at, id) < (now() - interval '3 days', 900)
        order by created_at desc, id desc limit 50
        """)]
    [InlineData(
        """
        select l.id, a.activity_type from leads l
        join lead_activities a on a.workspace_id = l.workspace_id and a.lead_id = l.id
        where l.workspace_id = 1 and l.id = 77
        order by a.created_at desc limit 10
        """)]
    public async Task A_query_of_the_application_reads_leads_through_an_index(string sql)
    {
        await using var batch = filled.Database.As("lh_app").CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select set_config('app.workspace_id', '1', true)"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("explain (costs off) " + sql));
        await using var reader = await batch.ExecuteReaderAsync(Stop);
        await reader.NextResultAsync(Stop);
        Assert.DoesNotContain("Seq Scan on leads", await PlanAsync(reader), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("workspace_id = 1 and tags @> array['tag3']", "leads_workspace_tags_idx")]
    [InlineData("workspace_id = 1 and custom_fields @> '{\"score\": 17}'", "leads_workspace_custom_fields_idx")]
    [InlineData("workspace_id = 1 and lower(email || E'\\n' || coalesce(name, '') || E'\\n' || coalesce(company, '')) like '%lead177%'",
        "leads_workspace_search_idx")]
    public async Task The_owner_of_the_definer_functions_reads_tags_custom_fields_and_text_through_their_index(
        string condition, string index)
    {
        await using var command = filled.Database.As("lh_owner").CreateCommand(
            "explain (costs off) select id from leads where " + condition);
        await using var reader = await command.ExecuteReaderAsync(Stop);
        Assert.Contains(index, await PlanAsync(reader), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operator_that_is_not_leakproof_scans_all_leads_which_is_why_such_queries_are_functions()
    {
        await using var batch = filled.Database.As("lh_app").CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select set_config('app.workspace_id', '1', true)"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("explain (costs off) select id from leads where tags @> array['tag3']"));
        await using var reader = await batch.ExecuteReaderAsync(Stop);
        await reader.NextResultAsync(Stop);
        Assert.DoesNotContain("leads_workspace_tags_idx", await PlanAsync(reader), StringComparison.Ordinal);
    }

    private static async Task<string> PlanAsync(NpgsqlDataReader reader)
    {
        var lines = new List<string>();
        while (await reader.ReadAsync(Stop))
            lines.Add(reader.GetString(0));
        return string.Join('\n', lines);
    }
}
