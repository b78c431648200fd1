using LoadHarness.Postgres;
using LoadHarness.Workloads.Parameters;
using LoadHarness.Workloads.Sql;
using Npgsql;

namespace LoadHarness.Workloads.Running;

/// <summary>Asks the server what types a statement's parameters have, by preparing it. Nothing is executed.</summary>
internal sealed class StatementTypes(NpgsqlConnection connection)
{
    private const string Name = "loadharness_describe";

    /// <summary>Statements that can be prepared in SQL; the server has parameters for these only.</summary>
    private static readonly string[] Prepared = ["select", "insert", "update", "delete", "merge", "values", "with", "table"];

    private readonly Dictionary<uint, ServerType> _known = [];

    /// <exception cref="PostgresException">The server refuses the statement; the position is one of the statement's own text.</exception>
    public async Task<(IReadOnlyList<ServerType> Types, InputError? Error)> OfAsync(
        SqlStatement statement, CancellationToken cancellationToken)
    {
        if (!Prepared.Contains(statement.Verb) && !statement.IsInBrackets)
            return ([.. statement.Parameters.Select(_ => new ServerType(0, "what the server makes of it", "unknown"))], null);
        var prefix = $"prepare {Name} as ";
        try
        {
            await connection.ExecuteAsync(prefix + statement.Text, cancellationToken);
        }
        catch (PostgresException refused)
        {
            return ([], new(statement.LineOf(refused.Position - prefix.Length), $"{refused.SqlState}: {refused.MessageText}"
                + (refused.Hint is null ? "" : $" ({refused.Hint.TrimEnd('.')})")));
        }

        try
        {
            return (await ReadAsync(cancellationToken), null);
        }
        finally
        {
            await connection.ExecuteAsync($"deallocate {Name}", CancellationToken.None);
        }
    }

    private async Task<IReadOnlyList<ServerType>> ReadAsync(CancellationToken cancellationToken) =>
        await connection.ListAsync(
            """
            select t.oid, format_type(t.oid, null), coalesce(b.typname, t.typname)::text
            from pg_prepared_statements p
            cross join unnest(p.parameter_types) with ordinality as wanted (type, place)
            join pg_type t on t.oid = wanted.type
            left join pg_type b on b.oid = t.typbasetype
            where p.name = $1
            order by place
            """, Known, cancellationToken, Name);

    private ServerType Known(NpgsqlDataReader row)
    {
        var oid = row.GetFieldValue<uint>(0);
        if (!_known.TryGetValue(oid, out var type)) _known[oid] = type = new(oid, row.GetString(1), row.GetString(2));
        return type;
    }
}

/// <summary>What the server says against a statement.</summary>
/// <param name="Line">Of its file.</param>
internal sealed record InputError(int Line, string Wrong);
