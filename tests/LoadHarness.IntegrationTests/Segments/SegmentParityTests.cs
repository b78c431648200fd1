using System.Text.Json.Nodes;
using CsCheck;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres.Workload;
using Npgsql;
using NpgsqlTypes;

namespace LoadHarness.IntegrationTests.Segments;

public sealed class SegmentParityTests(PostgresCluster cluster)
{
    private const int Leads = 300;
    private const int Segments = 1_000;

    /// <summary>Groups above a leaf: with the leaf's own level within the limit of 8.</summary>
    private const int Depth = 4;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_thousand_random_segments_count_and_page_as_the_oracle_does()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var leads = new List<SegmentLead>();
        for (var i = 1; i <= Leads; i++) leads.Add(SegmentGen.Lead(i).Single());
        await InsertAsync(database, leads, Workspaces.Own);
        await InsertAsync(database, leads, Workspaces.Foreign);
        var segments = new List<JsonObject>();
        for (var i = 0; i < Segments; i++) segments.Add(SegmentGen.Segment(i % (Depth + 1)).Single());

        foreach (var segment in segments)
        {
            var expected = leads.Where(lead => SegmentOracle.Matches(lead, segment)).Select(lead => lead.Email)
                .Order(StringComparer.Ordinal).ToList();
            var text = segment.ToJsonString();
            var pages = await PagesAsync(app, text);
            Assert.True(expected.SequenceEqual(pages.Order(StringComparer.Ordinal)),
                $"{text}: expected {expected.Count}, pages hold {pages.Count}");
            Assert.Equal(expected.Count, await app.ScalarAsync<long>("select count_segmented_leads($1, $2::jsonb)", [text], Stop));
            Assert.Equal(Math.Min(expected.Count, 10),
                await app.ScalarAsync<long>("select count_segmented_leads($1, $2::jsonb, 10)", [text], Stop));
        }
    }

    private static async Task<List<string>> PagesAsync(TenantDatabase app, string segment)
    {
        var all = new List<string>();
        string? cursor = null;
        await using var connection = await app.ConnectAsync(Stop);
        while (true)
        {
            await using var reader = await app.QueryAsync(
                connection, "select email, cursor from get_segmented_leads($1, $2::jsonb, 90, $3::text)", [segment, cursor], Stop);
            var rows = 0;
            while (await reader.ReadAsync(Stop))
            {
                all.Add(reader.GetString(0));
                cursor = reader.GetString(1);
                rows++;
            }

            if (rows < 90) return all;
        }
    }

    private static async Task InsertAsync(TestDatabase database, List<SegmentLead> leads, long workspace)
    {
        await using var connection = await database.Owner.OpenConnectionAsync(Stop);
        foreach (var lead in leads)
        {
            await using var insert = new NpgsqlCommand(
                """
                insert into leads (workspace_id, email, name, company, source, status, position, tags, custom_fields, created_at,
                    updated_at)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                """,
                connection);
            foreach (var value in (object?[])[workspace, lead.Email, lead.Name, lead.Company, lead.Source, lead.Status, lead.Position,
                lead.Tags])
                insert.Parameters.Add(new() { Value = value ?? DBNull.Value });
            insert.Parameters.Add(new() { Value = lead.CustomFields.ToJsonString(), NpgsqlDbType = NpgsqlDbType.Jsonb });
            insert.Parameters.Add(new() { Value = lead.CreatedAt });
            insert.Parameters.Add(new() { Value = lead.UpdatedAt });
            await insert.ExecuteNonQueryAsync(Stop);
        }
    }
}
