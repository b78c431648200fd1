using LoadHarness.Workloads.Parameters;
using LoadHarness.Workloads.Sql;
using Npgsql;
using NpgsqlTypes;

namespace LoadHarness.Workloads.Running;

/// <summary>Where a statement's parameter takes its value from.</summary>
internal abstract record CompiledParameter
{
    /// <summary>A parameter of its type, without a value.</summary>
    public abstract NpgsqlParameter Create();

    /// <param name="Place">In the iteration's draws.</param>
    public sealed record Drawn(int Place, Binding Binding) : CompiledParameter
    {
        public override NpgsqlParameter Create() => Binding.Create();
    }

    /// <summary>
    /// The first row of an earlier statement, as the server wrote it: the server reads it too, so a value of any type is what it was.
    /// </summary>
    public sealed record Earlier(string Result, string Column) : CompiledParameter
    {
        public override NpgsqlParameter Create() => new() { NpgsqlDbType = NpgsqlDbType.Unknown, Value = DBNull.Value };
    }
}

/// <param name="Step">Name of its time in the report; null where the operation is this one statement.</param>
internal sealed record CompiledStatement(SqlStatement Statement, IReadOnlyList<CompiledParameter> Parameters, string? Step)
{
    /// <summary>Of its columns, those that later statements take, as the server's text; null where none does.</summary>
    public bool[]? Passed { get; init; }

    /// <summary>With what was drawn, for one execution.</summary>
    /// <inheritdoc cref="ParametersOf"/>
    public NpgsqlCommand CommandOf(
        NpgsqlConnection connection, long[] drawn, IReadOnlyDictionary<(string Result, string Column), object> earlier)
    {
        var command = new NpgsqlCommand(Statement.Text, connection) { UnknownResultTypeList = Passed };
        foreach (var parameter in ParametersOf(drawn, earlier)) command.Parameters.Add(parameter);
        return command;
    }

    /// <summary>New parameters with what was drawn.</summary>
    /// <param name="earlier">Columns of first rows of statements before; empty for an operation of one statement.</param>
    public NpgsqlParameter[] ParametersOf(long[] drawn, IReadOnlyDictionary<(string Result, string Column), object>? earlier = null)
    {
        var filled = new NpgsqlParameter[Parameters.Count];
        for (var i = 0; i < filled.Length; i++) filled[i] = ParameterOf(Parameters[i], drawn, earlier);
        return filled;
    }

    /// <summary>Reads the row that later statements need, and keeps its columns under the name of the statement's result.</summary>
    /// <returns>False where there is no row. True also for a statement that none needs: nothing is read then.</returns>
    public async Task<bool> KeepRowAsync(
        NpgsqlDataReader reader, Dictionary<(string Result, string Column), object> earlier, CancellationToken cancellationToken)
    {
        if (Statement.Result is not { } result) return true;
        if (!await reader.ReadAsync(cancellationToken)) return false;
        // Of two columns of one name, the first.
        for (var i = (Passed?.Length ?? 0) - 1; i >= 0; i--)
            if (Passed![i]) earlier[(result, reader.GetName(i))] = reader.IsDBNull(i) ? DBNull.Value : reader.GetString(i);
        return true;
    }

    private static NpgsqlParameter ParameterOf(
        CompiledParameter origin, long[] drawn, IReadOnlyDictionary<(string Result, string Column), object>? earlier)
    {
        var parameter = origin.Create();
        if (origin is CompiledParameter.Drawn value) value.Binding.Put(drawn[value.Place], parameter);
        else if (origin is CompiledParameter.Earlier needed && earlier?.GetValueOrDefault((needed.Result, needed.Column)) is { } found)
            parameter.Value = found;
        return parameter;
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
        var command = new NpgsqlCommand(statement.Statement.Text, connection) { UnknownResultTypeList = statement.Passed };
        var filled = new (NpgsqlParameter, CompiledParameter)[statement.Parameters.Count];
        for (var i = 0; i < filled.Length; i++)
        {
            filled[i] = (statement.Parameters[i].Create(), statement.Parameters[i]);
            command.Parameters.Add(filled[i].Item1);
        }

        return (command, filled);
    }
}
