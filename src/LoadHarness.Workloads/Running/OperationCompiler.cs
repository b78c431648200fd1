using LoadHarness.Core;
using LoadHarness.Core.Input;
using LoadHarness.Workloads.Format;
using LoadHarness.Workloads.Parameters;
using LoadHarness.Workloads.Sql;
using Npgsql;

namespace LoadHarness.Workloads.Running;

/// <summary>
/// Holds a workload's statements against the server: what it refuses, and which values do not fit, is named before the load.
/// </summary>
internal sealed class OperationCompiler(Workload workload, NpgsqlConnection connection, ParameterSources sources)
{
    private readonly StatementTypes _types = new(connection);
    private readonly Dictionary<(string Parameter, uint Type), Binding?> _bindings = [];

    /// <returns>By name; those with a fault are left out.</returns>
    public async Task<IReadOnlyDictionary<string, CompiledOperation>> CompileAsync(
        IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var compiled = new Dictionary<string, CompiledOperation>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var before = sources.Faults.Count;
            var operation = await CompileAsync(workload.Statements[name], cancellationToken);
            if (sources.Faults.Count == before) compiled[name] = operation;
        }

        return compiled;
    }

    private async Task<CompiledOperation> CompileAsync(NamedStatements operation, CancellationToken cancellationToken)
    {
        var order = sources.OrderOf(operation);
        foreach (var name in order) await MakeAsync(name, cancellationToken);
        var statements = new List<CompiledStatement>();
        var results = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var statement in operation.Statements)
        {
            var (types, error) = await _types.OfAsync(statement, cancellationToken);
            if (error is not null)
            {
                Fault(operation, error.Line, error.Wrong, "Correct it, or create what it needs in the set-up");
                continue;
            }

            var parameters = new List<CompiledParameter>();
            for (var i = 0; i < statement.Parameters.Count; i++)
                if (Parameter(operation, statement, statement.Parameters[i], types[i], order, results) is { } parameter)
                    parameters.Add(parameter);
            var whole = new CompiledStatement(
                statement, parameters, operation.Statements.Count > 1 ? StepName(operation, statement) : null);
            if (statement.Result is { } result && parameters.Count == statement.Parameters.Count)
            {
                results[result] = await ColumnsAsync(whole, cancellationToken);
                whole = whole with { Passed = TakenOf(result, results[result], operation) };
            }

            statements.Add(whole);
        }

        // What cannot be made is a fault already.
        var compiled = new CompiledOperation(operation, [.. order.Where(sources.Has).Select(name => sources.In(order, name))], statements)
            .With(workload, sources, order);
        foreach (var statement in statements.Where(one => one.Parameters.Count == one.Statement.Parameters.Count))
            await CheckAnswerAsync(compiled, statement, cancellationToken);
        return compiled;
    }

    // Else every answer, right or wrong, would count as a wrong one; or none would be looked at.
    private async Task CheckAnswerAsync(CompiledOperation compiled, CompiledStatement statement, CancellationToken cancellationToken)
    {
        if (workload.File.Answers?.GetValueOrDefault(compiled.Operation.Name)?.Values.Any() != true) return;
        var misfits = await DescribeAsync(
            statement, described => Misfits(compiled.Answer, statement.Statement, described).ToList(), cancellationToken);
        foreach (var (field, wrong, allowed) in misfits)
            Fault(compiled.Operation, statement.Statement.Line, $"answers.{compiled.Operation.Name}{field}: {wrong}", allowed);
    }

    private static IEnumerable<(string Field, string Wrong, string Allowed)> Misfits(
        AnswerCheck answer, SqlStatement statement, NpgsqlDataReader described)
    {
        // A select may have rows without columns.
        if (described.FieldCount == 0 && !statement.IsInBrackets && statement.Verb is not ("select" or "values" or "table"))
        {
            yield return ("", "the statement returns no rows", "Add 'returning' and a column to it, or take its answer out");
            yield break;
        }

        foreach (var column in answer.Columns)
            if (!column.IsIn(described))
                yield return ($".{column.Field}", "the statement returns no such column", int.TryParse(column.Column, out _)
                    ? $"It returns {described.FieldCount}"
                    : Spelling.Advice(column.Column, Names(described)));
            else if (column.CastFor(described) is { } cast)
                yield return ($".{column.Field}", $"a value of the type {column.TypeNameOf(described)} cannot be compared",
                    $"Cast it to {cast} in the statement");
    }

    private CompiledParameter? Parameter(
        NamedStatements operation, SqlStatement statement, string parameter, ServerType type, List<string> order,
        Dictionary<string, IReadOnlyList<string>> results)
    {
        var (name, column) = ParameterName.Split(parameter);
        if (!workload.Parameters.ContainsKey(name))
        {
            if (results.GetValueOrDefault(name) is { } columns && !columns.Contains(column))
            {
                Fault(operation, statement.Line, $":{parameter}: the result has no column {column}",
                    Spelling.Advice(column, columns));
                return null;
            }

            return new CompiledParameter.Earlier(name, column);
        }

        if (!sources.Has(name)) return null;
        var source = sources.In(order, name);
        if (!_bindings.TryGetValue((parameter, type.Oid), out var binding))
        {
            binding = BindingFactory.Create(source, column, type, out var fault);
            if (fault is not null)
                Fault(operation, statement.Line, $":{parameter}, parameters.{name}: {fault}",
                    "Change the parameter, or cast it in the statement");
            _bindings[(parameter, type.Oid)] = binding;
        }

        return binding is null ? null : new CompiledParameter.Drawn(order.IndexOf(name), binding);
    }

    private async Task MakeAsync(string name, CancellationToken cancellationToken)
    {
        if (sources.Has(name)) return;
        RowSet? rows = null;
        if (workload.Parameters[name] is { Kind: ParameterKind.Query } query)
        {
            try
            {
                rows = await RowQuery.ReadAsync(connection, $"{sources.PlaceOf(name)}.sql", query, cancellationToken);
            }
            catch (HarnessException refused)
            {
                sources.Faults.Add(refused.Message);
                return;
            }
        }

        sources.Make(name, rows);
    }

    private Task<List<string>> ColumnsAsync(CompiledStatement statement, CancellationToken cancellationToken) =>
        DescribeAsync(statement, Names, cancellationToken);

    private static List<string> Names(NpgsqlDataReader described) =>
        [.. Enumerable.Range(0, described.FieldCount).Select(described.GetName)];

    // Described, not executed.
    private async Task<T> DescribeAsync<T>(
        CompiledStatement statement, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var (command, _) = CompiledOperation.CommandFor(statement, connection);
        await using var owned = command;
        foreach (NpgsqlParameter parameter in command.Parameters)
            if (parameter.GetType() == typeof(NpgsqlParameter)) parameter.Value = DBNull.Value;
        await using var reader = await command.ExecuteReaderAsync(System.Data.CommandBehavior.SchemaOnly, cancellationToken);
        return read(reader);
    }

    // Only these: to write out what nobody takes would be work that the server has for the measurement alone.
    private static bool[]? TakenOf(string result, IReadOnlyList<string> columns, NamedStatements operation)
    {
        var taken = operation.Parameters.Select(ParameterName.Split).Where(one => one.Name == result).Select(one => one.Column).ToHashSet();
        return taken.Count == 0 ? null : [.. columns.Select(taken.Contains)];
    }

    private static string StepName(NamedStatements operation, SqlStatement statement)
    {
        var place = operation.Statements.ToList().IndexOf(statement) + 1;
        var words = string.Join(' ', statement.Text.Split((char[]?)null, 4, StringSplitOptions.RemoveEmptyEntries).Take(3));
        return $"{place}. {StatementReader.Short(words)}";
    }

    private void Fault(NamedStatements operation, int line, string wrong, string allowed) => sources.Faults.Add(
        $"{Path.Combine(workload.Folder, operation.File)}: line {line}, {operation.Name}: {wrong.TrimEnd('.')}. {allowed.TrimEnd('.')}.");
}
