using System.Text.Json;
using Npgsql;

namespace LoadHarness.Checks.Health;

/// <summary>A check as each worker of a cluster answers it, with the worker's address before what it names.</summary>
internal static class WorkerRows
{
    public static async Task<IReadOnlyList<(HealthFinding, double?)>> AskAsync(
        NpgsqlConnection connection, HealthCheckDefinition question, CancellationToken cancellationToken)
    {
        var sql = $"""
            select coalesce(jsonb_agg(a), '[]')::text
            from ({HealthCatalog.WithLimits(question)}) as a (status, subject, detail, remedy, figure)
            """;
        var answers = await connection.ListAsync(
            "select nodename || ':' || nodeport, success, result from run_command_on_workers($1)",
            row => (Node: row.GetString(0), Answered: row.GetBoolean(1), Result: row.IsDBNull(2) ? "" : row.GetString(2)),
            cancellationToken, sql);
        return [.. answers.SelectMany(answer => answer.Answered
            ? JsonDocument.Parse(answer.Result).RootElement.EnumerateArray().Select(row => Finding(answer.Node, row))
            : [(new HealthFinding(HealthStatus.Unknown, answer.Node, $"could not be asked: {answer.Result}", null), null)])];
    }

    private static (HealthFinding, double?) Finding(string node, JsonElement row) => (
        new HealthFinding(
            Enum.Parse<HealthStatus>(row.GetProperty("status").GetString()!, ignoreCase: true),
            $"{node}: {row.GetProperty("subject").GetString()}",
            row.GetProperty("detail").GetString()!,
            row.GetProperty("remedy").GetString() is { } remedy ? $"On {node}: {remedy}" : null),
        row.GetProperty("figure") is { ValueKind: JsonValueKind.Number } figure ? figure.GetDouble() : null);
}
