using LoadHarness.Core.Verdicts;
using Npgsql;

namespace LoadHarness.Checks.Verification;

/// <summary>IX-1..8: found by definition, valid on every partition, and chosen by the plan of the query it serves.</summary>
internal static class IndexCheck
{
    /// <summary>
    /// The index of a part of a table on a worker has the number of the part behind its name, or behind the beginning of a long one.
    /// </summary>
    private const int KeptOfName = 40;

    public static async Task<IReadOnlyCollection<Verdict>> RunAsync(
        NpgsqlConnection connection, bool distributed, CancellationToken cancellationToken)
    {
        var answers = new Dictionary<string, Verdict>(StringComparer.Ordinal);
        foreach (ExpectedIndex question in ExpectedIndex.Shipped)
        {
            var answer = await AskAsync(connection, question, distributed, cancellationToken);
            answers[question.Id] = answers.TryGetValue(question.Id, out var other) ? other.And(answer) : answer;
        }

        return answers.Values;
    }

    private static async Task<Verdict> AskAsync(
        NpgsqlConnection connection, ExpectedIndex question, bool distributed, CancellationToken cancellationToken)
    {
        await connection.EnsureOpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            var names = await NamesAsync(connection, question, cancellationToken);
            if (names.Count == 0)
                return Verdict.Looked(question.Id, "", met: false, $"no index of {question.Table} matches {question.Pattern}");
            if (names.Any(n => !n.Valid))
                return Verdict.Looked(question.Id, "", met: false, $"{names.First(n => !n.Valid).Name} is invalid");
            // A small table is read whole whatever indexes it has: the question is whether the index serves the query.
            await CheckRunner.ExecuteAsync(connection, "set local enable_seqscan = off", cancellationToken);
            var plan = await PlanAsync(connection, question.Query, cancellationToken);
            var shortest = distributed ? KeptOfName : int.MaxValue;
            return names.Any(n => plan.Contains(n.Name[..Math.Min(shortest, n.Name.Length)], StringComparison.Ordinal))
                ? Verdict.Looked(question.Id, "", met: true, $"{names[0].Name} is valid and the plan of its query uses it")
                : Verdict.Undecided(question.Id, "",
                    $"{names[0].Name} is valid; the plan of its query on these rows takes another way: {plan.Split('\n')[^1].Trim()}");
        }
        catch (NpgsqlException e) when (StatementFaults.IsOfStatement(e))
        {
            return CheckRunner.Failed(question.Id, e);
        }
        finally
        {
            await CheckRunner.RollBackAsync(connection, transaction);
        }
    }

    private static Task<List<(string Name, bool Valid)>> NamesAsync(
        NpgsqlConnection connection, ExpectedIndex question, CancellationToken cancellationToken) => connection.ListAsync(
            """
            select m.relid::regclass::text, l.indisvalid
            from pg_index i
            cross join lateral (select i.indexrelid as relid union all select t.relid
                from pg_partition_tree(i.indexrelid) t where t.isleaf) m
            join pg_index l on l.indexrelid = m.relid
            where i.indrelid = to_regclass($1) and pg_get_indexdef(i.indexrelid) ~ $2
            """,
            row => (row.GetString(0), row.GetBoolean(1)), cancellationToken, $"public.{question.Table}", question.Pattern);

    private static async Task<string> PlanAsync(NpgsqlConnection connection, string query, CancellationToken cancellationToken)
    {
        var lines = await connection.TextsAsync($"explain (costs off) {query}", cancellationToken);
        return string.Join('\n', lines);
    }
}
