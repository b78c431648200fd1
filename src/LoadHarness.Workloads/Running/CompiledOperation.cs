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
internal sealed record CompiledStatement(SqlStatement Statement, IReadOnlyList<CompiledParameter> Parameters, string? Step)
{
    /// <summary>New parameters with what was drawn.</summary>
    /// <param name="earlier">Columns of first rows of statements before; empty for an operation of one statement.</param>
    public NpgsqlParameter[] ParametersOf(long[] drawn, IReadOnlyDictionary<(string Result, string Column), object>? earlier = null)
    {
        var filled = new NpgsqlParameter[Parameters.Count];
        for (var i = 0; i < filled.Length; i++) filled[i] = ParameterOf(Parameters[i], drawn, earlier);
        return filled;
    }

    private static NpgsqlParameter ParameterOf(
        CompiledParameter origin, long[] drawn, IReadOnlyDictionary<(string Result, string Column), object>? earlier)
    {
        if (origin is CompiledParameter.Drawn value)
        {
            var parameter = value.Binding.Create();
            value.Binding.Put(drawn[value.Place], parameter);
            return parameter;
        }

        var needed = (CompiledParameter.Earlier)origin;
        var found = earlier?.GetValueOrDefault((needed.Result, needed.Column)) ?? DBNull.Value;
        return new() { NpgsqlDbType = needed.Type.Wire, Value = ValueFit.Passed(found, needed.Type.Wire) };
    }
}

/// <summary>An operation whose statements the server knows and whose values fit. All sessions share it.</summary>
/// <param name="Sources">In the order in which an iteration draws.</param>
internal sealed record CompiledOperation(
    NamedStatements Operation, IReadOnlyList<ValueSource> Sources, IReadOnlyList<CompiledStatement> Statements)
{
    /// <summary>Parameters by the place of their draws.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The tenant of an iteration; null in a workload without tenants.</summary>
    public Func<long[], string>? Tenant { get; init; }

    /// <summary>What it must answer.</summary>
    public AnswerCheck Answer { get; init; } = AnswerCheck.None;

    /// <summary>Room for an iteration's draws.</summary>
    public long[] NewDraws() => new long[Sources.Count + 1];

    /// <summary>Draws one iteration's values. The last place is the iteration's number.</summary>
    public void Draw(Random random, long invocation, long[] drawn)
    {
        drawn[^1] = invocation;
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
