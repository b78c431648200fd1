using System.Text.RegularExpressions;
using LoadHarness.Core;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Observation;
using LoadHarness.Workloads.Sql;
using Npgsql;

namespace LoadHarness.Workloads.Initial;

/// <summary>A statement that the server has counted.</summary>
/// <param name="Text">With $1, $2 and so on in the place of its constants.</param>
internal sealed record CountedStatement(string Text, long Calls);

/// <summary>What applications sent to this database, by pg_stat_statements; the most called first.</summary>
internal static partial class CountedStatements
{
    /// <summary>What the server shows of others' statements to a login that may not read them.</summary>
    private const string Hidden = "<insufficient privilege>";

    /// <summary>Statements of the harness's own, of monitoring and of dumps say nothing about an application.</summary>
    private static readonly string[] Foreign =
        ["pg_catalog.", "pg_stat_", "pg_class", "information_schema", "loadharness", "pg_settings", "version()",
        "pg_prepared_statements", "pg_type", "pg_attribute", "pg_database"];

    private static readonly string[] Verbs = ["select", "insert", "update", "delete", "merge", "with"];

    // By the catalog, which marks it: what this program asks must not come out as a statement of an application.
    public static async Task<bool> AreThereAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var found = await StatementView.FindAsync(connection, cancellationToken);
        return await connection.ScalarAsync<bool>(
            "select exists (select from pg_class where oid = to_regclass('pg_stat_statements'))", cancellationToken);
    }

    /// <returns>The most called, and those among them that work with no table and no function of the application.</returns>
    /// <exception cref="HarnessException">There is none that this login may read; the message says which of the two it is.</exception>
    public static async Task<(IReadOnlyList<CountedStatement> Found, IReadOnlyList<CountedStatement> Idle)> ReadAsync(
        NpgsqlConnection connection, int most, CancellationToken cancellationToken)
    {
        var counted = await ListAsync(connection, cancellationToken);
        var functions = (await connection.TextsAsync(
            "select distinct proname::text from pg_catalog.pg_proc where pronamespace <> 'pg_catalog'::regnamespace", cancellationToken))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        var ofApplications = counted.Where(statement => IsOfAnApplication(statement.Text)).ToList();
        var found = ofApplications.Where(statement => DoesWork(statement.Text, functions)).Take(most).ToList();
        if (found.Count > 0)
            return (found, [.. ofApplications.Where(statement => statement.Calls >= found[^1].Calls).Except(found)
                .Where(statement => !DoesWork(statement.Text, functions))]);
        throw new HarnessException(
            counted.Any(statement => statement.Text == Hidden)
                ? "pg_stat_statements hides the statements of others from this login. "
                    + "Grant it: grant pg_read_all_stats to the login; or give --pgbench."
                : "pg_stat_statements has counted no statement of an application here. Use the application for a while, or give --pgbench.",
            ExitCode.BadUsage);
    }

    private static async Task<List<CountedStatement>> ListAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var view = await StatementView.FindAsync(connection, cancellationToken);
        return await connection.ListAsync(
            """
            select min(query), sum(calls)::bigint
            from pg_stat_statements
            where dbid = (select oid from pg_database where datname = current_database()) and toplevel and query is not null
            group by queryid
            order by 2 desc
            """, row => new CountedStatement(Cast(row.GetString(0).Trim().TrimEnd(';')), row.GetInt64(1)), cancellationToken);
    }

    // The server writes interval '90 days' as interval $1, which it does not read again.
    private static string Cast(string text) => TypedConstant().Replace(text, "${number}::${type}");

    private static bool IsOfAnApplication(string text)
    {
        if (Foreign.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase))) return false;
        var reader = new StatementReader(text, allowParameters: false);
        return reader.Read(1) is [var only] && reader.Faults.Count == 0 && Verbs.Contains(only.Verb);
    }

    // A pooler asks whether its session lives, a driver or this program sets one up: they do the same whatever the application does.
    private static bool DoesWork(string text, HashSet<string> functions) => ColumnUses.Tables(text).Count > 0
        || Call().Matches(text).Any(call => functions.Contains(call.Groups["name"].Value));

    [GeneratedRegex(@"\b(?<type>interval|date|timetz|time|timestamptz|timestamp(?:\s+with(?:out)?\s+time\s+zone)?)\s+(?<number>\$\d+)",
        RegexOptions.IgnoreCase)]
    private static partial Regex TypedConstant();

    [GeneratedRegex("""(?<name>\w+)"?\s*\(""")]
    private static partial Regex Call();
}
