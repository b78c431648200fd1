using System.Diagnostics;
using System.Text.RegularExpressions;
using LoadHarness.Core.Measurement;
using Npgsql;

namespace LoadHarness.Postgres.Observation.Plans;

/// <summary>Sends a statement with its arguments; the reader stands at the statement's rows.</summary>
internal delegate Task<NpgsqlDataReader> SendStatement(
    NpgsqlConnection connection, string statement, IReadOnlyList<object?> arguments, CancellationToken cancellationToken);

/// <summary>
/// Executes a statement once and says how. With auto_explain the statement itself runs, and the server tells its plan and those of the
/// statements inside its functions; without it, EXPLAIN runs, which sees no function from inside.
/// </summary>
internal sealed partial class PlanSession(NpgsqlConnection connection, RelationNames relations, string? blindness)
{
    /// <summary>Characters of a plan, and of an inner statement, that are kept.</summary>
    private const int LongestPlan = 20_000;
    private const int LongestStatement = 4_000;

    private readonly PlanShape _shape = new(relations);
    private readonly List<LoggedPlan> _logged = [];
    private IReadOnlyList<string> _functions = [];

    public static async Task<PlanSession> BeginAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var relations = await RelationNames.ReadAsync(connection, cancellationToken);
        var session = new PlanSession(connection, relations, await TryToListenAsync(connection, cancellationToken));
        connection.Notice += (_, told) =>
        {
            if (LoggedPlan.Of(told.Notice.MessageText) is { } plan) session._logged.Add(plan);
        };
        // What C code does in the server is its own; these run statements.
        session._functions = await connection.TextsAsync(
            """
            select distinct p.proname::text from pg_proc p
            join pg_language l on l.oid = p.prolang
            where p.pronamespace = 'public'::regnamespace and l.lanname not in ('c', 'internal')
            """,
            cancellationToken);
        return session;
    }

    /// <param name="rowsNeeded">Whether later statements need what this one returns.</param>
    /// <returns>The plan, and the first column of each row that the statement returned, if needed.</returns>
    public async Task<(QueryPlan Plan, IReadOnlyList<object> Rows)> ExplainAsync(
        SendStatement send, ExplainedStatement statement, IReadOnlyList<object?> arguments, bool rowsNeeded,
            CancellationToken cancellationToken)
    {
        if (blindness is not null) return await ExplainedAsync(send, statement, arguments, rowsNeeded, cancellationToken);
        _logged.Clear();
        var rows = await RowsAsync(send, statement.Sql, arguments, cancellationToken);
        // A plan is told when its portal is closed: by the next statement.
        await connection.ExecuteAsync("select", cancellationToken);
        var top = _logged.FindLastIndex(plan => plan.Statement.Trim() == statement.Sql.Trim());
        if (top < 0) throw new InvalidOperationException($"auto_explain told no plan of {statement.Name}");
        var inner = _logged[..top].Where(plan => _shape.Reads(plan.Plan)).ToList();
        var all = inner.Select(plan => plan.Plan).Append(_logged[top].Plan).ToList();
        return (new(
            statement.Name, _shape.Fingerprint(_logged[top].Plan, inner.Select(plan => _shape.Of(plan.Plan))), _shape.SequentialScans(all),
            _logged[top].Duration, Bounded(_logged[top].Plan, LongestPlan))
        {
            Sight = PlanSight.Whole,
            Indexes = _shape.Indexes(all),
            Inner = [.. Grouped(inner)],
            Operations = statement.Operations,
        }, rows);
    }

    /// <summary>Runs a statement that only prepares others.</summary>
    public Task<IReadOnlyList<object>> RunAsync(
        SendStatement send, ExplainedStatement statement, IReadOnlyList<object?> arguments, CancellationToken cancellationToken) =>
        RowsAsync(send, statement.Sql, arguments, cancellationToken);

    // Only a superuser, or who was allowed to, may load the module and set its settings.
    private static async Task<string?> TryToListenAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await connection.ExecuteAsync(
                """
                load 'auto_explain';
                set auto_explain.log_min_duration = 0;
                set auto_explain.log_analyze = on;
                set auto_explain.log_buffers = on;
                set auto_explain.log_settings = on;
                set auto_explain.log_nested_statements = on;
                set auto_explain.log_format = text;
                set auto_explain.log_level = notice;
                set client_min_messages = notice;
                """, cancellationToken);
            return null;
        }
        catch (PostgresException refused)
        {
            return $"auto_explain cannot be used here ({refused.SqlState} {refused.MessageText})";
        }
    }

    // EXPLAIN returns no rows of the statement: where they are needed, the plan is only estimated and the statement runs after it.
    private async Task<(QueryPlan Plan, IReadOnlyList<object> Rows)> ExplainedAsync(
        SendStatement send, ExplainedStatement statement, IReadOnlyList<object?> arguments, bool rowsNeeded,
            CancellationToken cancellationToken)
    {
        var explain = rowsNeeded ? "explain (settings)" : "explain (analyze, buffers, settings)";
        var text = string.Join('\n', await RowsAsync(send, $"{explain} {statement.Sql}", arguments, cancellationToken));
        var began = Stopwatch.GetTimestamp();
        var rows = rowsNeeded ? await RowsAsync(send, statement.Sql, arguments, cancellationToken) : [];
        var took = Execution().Match(text) is { Success: true } told
            ? TimeSpan.FromMilliseconds(double.Parse(told.Groups[1].ValueSpan))
            : Stopwatch.GetElapsedTime(began);
        var called = _functions.Where(function => Regex.IsMatch(statement.Sql, $@"\b{Regex.Escape(function)}\s*\(")).ToList();
        return (new(statement.Name, _shape.Fingerprint(text, []), _shape.SequentialScans([text]), took, Bounded(text, LongestPlan))
        {
            Sight = called.Count == 0 ? PlanSight.Whole : PlanSight.Opaque,
            OpaqueReason = called.Count == 0 ? null : $"What {string.Join(", ", called)} runs inside was not looked into: {blindness}.",
            Indexes = _shape.Indexes([text]),
            Operations = statement.Operations,
        }, rows);
    }

    [GeneratedRegex(@"Execution Time: ([\d.]+) ms")]
    private static partial Regex Execution();

    private async Task<IReadOnlyList<object>> RowsAsync(
        SendStatement send, string sql, IReadOnlyList<object?> arguments, CancellationToken cancellationToken)
    {
        await using var reader = await send(connection, sql, arguments, cancellationToken);
        var rows = new List<object>();
        while (await reader.ReadAsync(cancellationToken)) rows.Add(reader.FieldCount > 0 ? reader.GetValue(0) : DBNull.Value);
        return rows;
    }

    private IEnumerable<InnerPlan> Grouped(IReadOnlyList<LoggedPlan> inner) => inner
        .GroupBy(plan => _shape.Of(plan.Plan))
        .Select(shape => (Slowest: shape.MaxBy(plan => plan.Duration)!, Count: shape.Count(),
            Time: shape.Aggregate(TimeSpan.Zero, (sum, plan) => sum + plan.Duration)))
        .OrderByDescending(shape => shape.Time)
        .Select(shape => new InnerPlan(
            Bounded(shape.Slowest.Statement.Trim(), LongestStatement), shape.Count, shape.Time, Bounded(shape.Slowest.Plan, LongestPlan)));

    private static string Bounded(string text, int longest) =>
        text.Length <= longest ? text : $"{text[..longest]}\n[+ {text.Length - longest} characters]";
}
