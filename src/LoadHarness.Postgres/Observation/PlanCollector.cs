using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LoadHarness.Core.Measurement;
using LoadHarness.Postgres.Workload;
using Npgsql;

namespace LoadHarness.Postgres.Observation;

/// <summary>Explains statements under test as the application's role, outside the measured window. What they write is rolled back.</summary>
public static class PlanCollector
{
    /// <param name="queries">Names in sql/queries with the arguments behind the workspace.</param>
    public static async Task<IReadOnlyList<QueryPlan>> CollectAsync(
        TenantDatabase app, IEnumerable<(string Name, IReadOnlyList<object?> Arguments)> queries, CancellationToken stop)
    {
        var plans = new List<QueryPlan>();
        foreach (var (name, arguments) in queries) plans.Add(await ExplainAsync(app, name, arguments, stop).ConfigureAwait(false));
        return plans;
    }

    private static async Task<QueryPlan> ExplainAsync(TenantDatabase app, string name, IReadOnlyList<object?> arguments, CancellationToken stop)
    {
        await using var connection = await app.ConnectAsync(stop).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(stop).ConfigureAwait(false);
        var statement = QueryCatalog.Shipped[name];
        var json = await LinesAsync(app, connection, $"explain (analyze, buffers, format json) {statement}", arguments, stop).ConfigureAwait(false);
        var text = await LinesAsync(app, connection, $"explain (analyze, buffers, settings) {statement}", arguments, stop).ConfigureAwait(false);
        await transaction.RollbackAsync(stop).ConfigureAwait(false);

        using var document = JsonDocument.Parse(json);
        var root = document.RootElement[0];
        var nodes = Nodes(root.GetProperty("Plan")).ToList();
        return new(
            name,
            Fingerprint(nodes),
            [.. nodes.Where(node => Text(node, "Node Type") == "Seq Scan").Select(node => Text(node, "Relation Name")).Distinct().Order(StringComparer.Ordinal)],
            TimeSpan.FromMilliseconds(root.GetProperty("Execution Time").GetDouble()),
            text);
    }

    private static async Task<string> LinesAsync(TenantDatabase app, NpgsqlConnection connection, string statement, IReadOnlyList<object?> arguments, CancellationToken stop)
    {
        await using var reader = await app.QueryAsync(connection, statement, arguments, stop).ConfigureAwait(false);
        var lines = new List<string>();
        while (await reader.ReadAsync(stop).ConfigureAwait(false)) lines.Add(reader.GetString(0));
        return string.Join('\n', lines);
    }

    private static IEnumerable<JsonElement> Nodes(JsonElement node)
    {
        yield return node;
        if (!node.TryGetProperty("Plans", out var children)) yield break;
        foreach (var child in children.EnumerateArray())
        {
            foreach (var below in Nodes(child)) yield return below;
        }
    }

    // Shape only: which nodes, on which relations, by which indexes. Partitions come and go with the months, so they count once.
    private static string Fingerprint(IEnumerable<JsonElement> nodes)
    {
        var shape = string.Join(';', nodes.Select(node => $"{Text(node, "Node Type")}:{Text(node, "Alias").TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '_')}").Distinct());
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(shape)))[..12];
    }

    private static string Text(JsonElement node, string property) => node.TryGetProperty(property, out var value) ? value.GetString() ?? "" : "";
}
