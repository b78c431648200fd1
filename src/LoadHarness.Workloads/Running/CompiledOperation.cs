using LoadHarness.Workloads.Parameters;
using LoadHarness.Workloads.Sql;
using Npgsql;

namespace LoadHarness.Workloads.Running;

/// <summary>Where a statement's parameter takes its value from.</summary>
internal abstract record CompiledParameter
{
    /// <param name="Place">In the iteration's draws.</param>
    public sealed record Drawn(int Place, Binding Binding) : CompiledParameter;

    /// <summary>The first row of an earlier statement.</summary>
    public sealed record Earlier(string Result, string Column, ServerType Type) : CompiledParameter;
}

/// <param name="Step">Name of its time in the report; null where the operation is this one statement.</param>
internal sealed record CompiledStatement(SqlStatement Statement, IReadOnlyList<CompiledParameter> Parameters, string? Step);

/// <summary>An operation whose statements the server knows and whose values fit. All sessions share it.</summary>
/// <param name="Sources">In the order in which an iteration draws.</param>
internal sealed record CompiledOperation(
    NamedStatements Operation, IReadOnlyList<ValueSource> Sources, IReadOnlyList<CompiledStatement> Statements)
{
    /// <summary>Draws one iteration's values.</summary>
    public void Draw(Random random, long[] drawn)
    {
        for (var i = 0; i < Sources.Count; i++) drawn[i] = Sources[i].Draw(random, drawn);
    }

    /// <summary>A command for one statement, with its parameters in their order, and what fills them.</summary>
    public static (NpgsqlCommand Command, (NpgsqlParameter Parameter, CompiledParameter Origin)[] Filled) CommandFor(
        CompiledStatement statement, NpgsqlConnection connection)
    {
        var command = new NpgsqlCommand(statement.Statement.Text, connection);
        var filled = new (NpgsqlParameter, CompiledParameter)[statement.Parameters.Count];
        for (var i = 0; i < filled.Length; i++)
        {
            var origin = statement.Parameters[i];
            var parameter = origin is CompiledParameter.Drawn drawn
                ? drawn.Binding.Create()
                : new NpgsqlParameter { NpgsqlDbType = ((CompiledParameter.Earlier)origin).Type.Wire, Value = DBNull.Value };
            filled[i] = (parameter, origin);
            command.Parameters.Add(parameter);
        }

        return (command, filled);
    }
}
