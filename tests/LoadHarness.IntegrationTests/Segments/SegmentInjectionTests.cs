using System.Text.Json.Nodes;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres.Workload;
using Npgsql;

namespace LoadHarness.IntegrationTests.Segments;

public sealed class SegmentInjectionTests(PostgresCluster cluster)
{
    private static readonly string[] Fields =
        ["email", "name", "company", "source", "status", "position", "tags", "created_at", "updated_at", "custom.plan"];
    private static readonly string[] Operators =
        ["equals", "not_equals", "contains", "not_contains", "starts_with", "before", "after", "in", "exists", "greater_than", "less_than"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_payload_on_any_field_and_operator_reads_a_foreign_row_or_breaks_the_syntax()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 5);
        await Workspaces.ExecuteAsync(
            database,
            """
            insert into leads (workspace_id, email, name, tags)
            select 2, 'secret' || i || '@foreign.io', 'x', '{vip}'
            from generate_series(1, 5) i
            """);
        await using var connection = await app.ConnectAsync(Stop);
        Assert.True(InjectionCorpus.Payloads.Count >= 200, $"{InjectionCorpus.Payloads.Count} payloads");

        foreach (var payload in InjectionCorpus.Payloads)
        {
            foreach (var leaf in Leaves(payload)) await ProbeAsync(app, connection, leaf);
        }

        Assert.Equal(10, await Workspaces.ReadAsync<long>(database, "select count(*) from leads"));
    }

    private static IEnumerable<JsonObject> Leaves(string payload)
    {
        foreach (var field in Fields)
        {
            foreach (var op in Operators) yield return Leaf(field, op, op == "in" ? new JsonArray(payload) : JsonValue.Create(payload));
        }

        yield return Leaf(payload, "equals", JsonValue.Create("x"));
        yield return Leaf($"custom.{payload}", "equals", JsonValue.Create("x"));
        yield return Leaf("email", payload, JsonValue.Create("x"));
        yield return Leaf("tags", "contains", new JsonArray(payload, payload));
        yield return new JsonObject { [payload] = new JsonArray(Leaf("email", "equals", JsonValue.Create("x"))) };
    }

    private static JsonObject Leaf(string field, string op, JsonNode? value) => new()
    {
        ["field"] = field,
        ["operator"] = op,
        ["value"] = value,
    };

    private static async Task ProbeAsync(TenantDatabase app, NpgsqlConnection connection, JsonObject segment)
    {
        var text = segment.ToJsonString();
        try
        {
            await using var reader = await app.QueryAsync(
                connection, "select email from get_segmented_leads($1, $2::jsonb, 50)", [text], Stop);
            while (await reader.ReadAsync(Stop)) Assert.EndsWith("@own.io", reader.GetString(0), StringComparison.Ordinal);
        }
        catch (PostgresException refused)
        {
            Assert.True(refused.SqlState.StartsWith("LH", StringComparison.Ordinal), $"{text}: {refused.SqlState} {refused.MessageText}");
        }
    }
}
