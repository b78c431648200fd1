using LoadHarness.Postgres;
using LoadHarness.Workloads.Sql;
using Npgsql;

namespace LoadHarness.Workloads.Initial;

/// <summary>A statement that the server has counted.</summary>
/// <param name="Text">With $1, $2 and so on in the place of its constants.</param>
internal sealed record CountedStatement(string Text, long Calls);

/// <summary>What applications sent to this database, by pg_stat_statements; the most called first.</summary>
internal static class CountedStatements
{
    /// <summary>Statements of the harness's own, of monitoring and of dumps say nothing about an application.</summary>
    private static readonly string[] Foreign = ["pg_catalog.", "pg_stat_", "pg_class", "information_schema", "loadharness", "pg_settings", "version()",
        "pg_prepared_statements", "pg_type", "pg_attribute", "pg_database"];

    private static readonly string[] Verbs = ["select", "insert", "update", "delete", "merge", "with"];

    public static Task<bool> AreThereAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ScalarAsync<bool>("select to_regclass('pg_stat_statements') is not null", cancellationToken);

    public static async Task<IReadOnlyList<CountedStatement>> ReadAsync(
        NpgsqlConnection connection, int most, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select min(query), sum(calls)::bigint
            from pg_stat_statements
            where dbid = (select oid from pg_database where datname = current_database()) and toplevel and query is not null
            group by queryid
            order by 2 desc
            """, connection);
        var found = new List<CountedStatement>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (found.Count < most && await reader.ReadAsync(cancellationToken))
        {
            var (text, calls) = (reader.GetString(0).Trim().TrimEnd(';'), reader.GetInt64(1));
            if (IsOfAnApplication(text)) found.Add(new(text, calls));
        }

        return found;
    }

    private static bool IsOfAnApplication(string text)
    {
        if (Foreign.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase))) return false;
        var reader = new StatementReader(text, allowParameters: false);
        return reader.Read(1) is [var only] && reader.Faults.Count == 0 && Verbs.Contains(only.Verb);
    }
}
