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
        if (!Prepared.Contains(statement.Verb) && !statement.Text.StartsWith('('))
            return ([.. statement.Parameters.Select(_ => new ServerType(0, "what the server makes of it", "unknown"))], null);
        var prefix = $"prepare {Name} as ";
        try
        {
            await using (var prepare = new NpgsqlCommand(prefix + statement.Text, connection)) await prepare.ExecuteNonQueryAsync(
                cancellationToken);
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
            await using var forget = new NpgsqlCommand($"deallocate {Name}", connection);
            await forget.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    private async Task<IReadOnlyList<ServerType>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select t.oid, format_type(t.oid, null), coalesce(b.typname, t.typname)::text
            from pg_prepared_statements p
            cross join unnest(p.parameter_types) with ordinality as wanted (type, place)
            join pg_type t on t.oid = wanted.type
            left join pg_type b on b.oid = t.typbasetype
            where p.name = $1
            order by place
            """, connection)
        {
            Parameters = { new() { Value = Name } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var types = new List<ServerType>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var oid = reader.GetFieldValue<uint>(0);
            if (!_known.TryGetValue(oid, out var type)) _known[oid] = type = new(oid, reader.GetString(1), reader.GetString(2));
            types.Add(type);
        }

        return types;
    }
}

/// <summary>What the server says against a statement.</summary>
/// <param name="Line">Of its file.</param>
internal sealed record InputError(int Line, string Wrong);
