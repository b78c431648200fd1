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
internal sealed class OperationCompiler(Workload workload, NpgsqlConnection connection, ulong seed)
{
    private readonly StatementTypes _types = new(connection);
    private readonly Dictionary<string, ValueSource> _sources = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Parameter, uint Type), Binding?> _bindings = [];
    private readonly List<string> _faults = [];
    private readonly List<string> _notes = [];

    public IReadOnlyList<string> Faults => _faults;

    /// <summary>What a reader of the figures should know, such as a query whose rows were cut.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <returns>By name; those with a fault are left out.</returns>
    public async Task<IReadOnlyDictionary<string, CompiledOperation>> CompileAsync(
        IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var compiled = new Dictionary<string, CompiledOperation>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var before = _faults.Count;
            var operation = await CompileAsync(workload.Statements[name], cancellationToken);
            if (_faults.Count == before) compiled[name] = operation;
        }

        return compiled;
    }

    private async Task<CompiledOperation> CompileAsync(NamedStatements operation, CancellationToken cancellationToken)
    {
        var used = operation.Parameters.Select(parameter => ParameterName.Split(parameter).Name).ToHashSet(StringComparer.Ordinal);
        var order = ParameterOrder.Of(workload.Parameters, used).ToList();
        foreach (var name in order) await SourceAsync(name, order, cancellationToken);
        // What cannot be made is a fault already.
        var sources = order.Where(_sources.ContainsKey).Select(name => SourceIn(order, name)).ToList();
        var statements = new List<CompiledStatement>();
        var results = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
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
            statements.Add(whole);
            if (statement.Result is { } result && parameters.Count == statement.Parameters.Count)
                results[result] = await ColumnsAsync(whole, cancellationToken);
        }

        return new(operation, sources, statements);
    }

    private CompiledParameter? Parameter(
        NamedStatements operation, SqlStatement statement, string parameter, ServerType type, List<string> order,
        Dictionary<string, IReadOnlyDictionary<string, string>> results)
    {
        var (name, column) = ParameterName.Split(parameter);
        if (!workload.Parameters.ContainsKey(name))
        {
            if (results.GetValueOrDefault(name) is { } columns && !columns.ContainsKey(column))
            {
                Fault(operation, statement.Line, $":{parameter}: the result has no column {column}",
                    Spelling.Advice(column, [.. columns.Keys]));
                return null;
            }

            return new CompiledParameter.Earlier(name, column, type);
        }

        if (!_sources.ContainsKey(name)) return null;
        var source = SourceIn(order, name);
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

    private async Task SourceAsync(string name, List<string> order, CancellationToken cancellationToken)
    {
        var file = workload.Parameters[name];
        if (_sources.ContainsKey(name) || file.Kind == ParameterKind.Expression)
        {
            // Its places differ from operation to operation.
            if (file.Kind == ParameterKind.Expression) _sources[name] = Computed(file, order);
            return;
        }

        var rows = workload.Csv.GetValueOrDefault(name);
        var place = $"{Path.Combine(workload.Folder, WorkloadFormat.FileName)}: parameters.{name}";
        if (file.Kind == ParameterKind.Query)
        {
            try
            {
                rows = await RowQuery.ReadAsync(connection, $"{place}.sql", file, cancellationToken);
            }
            catch (HarnessException refused)
            {
                _faults.Add(refused.Message);
                return;
            }
        }

        if (rows is { IsCut: true })
            _notes.Add($"parameters.{name}: there are more rows; the first {rows.Rows.Count:N0} are used (mostRows).");
        _sources[name] = SourceFactory.Create(file, rows, seed);
    }

    private ValueSource SourceIn(List<string> order, string name) =>
        workload.Parameters[name] is { Kind: ParameterKind.Expression } file ? Computed(file, order) : _sources[name];

    private ExpressionSource Computed(ParameterFile file, List<string> order) => new(
        Expression.Parse(file.Value!.Value.Text).Bound(name => (order.IndexOf(name), workload.Parameters[name] is
        {
            Kind: ParameterKind.Constant, Value: { } constant,
        } ? constant.WholeNumber() : null)));

    // Described, not executed.
    private async Task<IReadOnlyDictionary<string, string>> ColumnsAsync(CompiledStatement statement, CancellationToken cancellationToken)
    {
        var (command, _) = CompiledOperation.CommandFor(statement, connection);
        await using var owned = command;
        foreach (NpgsqlParameter parameter in command.Parameters)
            if (parameter.GetType() == typeof(NpgsqlParameter)) parameter.Value = DBNull.Value;
        await using var reader = await command.ExecuteReaderAsync(System.Data.CommandBehavior.SchemaOnly, cancellationToken);
        var columns = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < reader.FieldCount; i++) columns.TryAdd(reader.GetName(i), reader.GetDataTypeName(i));
        return columns;
    }

    private static string StepName(NamedStatements operation, SqlStatement statement)
    {
        var place = operation.Statements.ToList().IndexOf(statement) + 1;
        var words = string.Join(' ', statement.Text.Split((char[]?)null, 4, StringSplitOptions.RemoveEmptyEntries).Take(3));
        return $"{place}. {StatementReader.Short(words)}";
    }

    private void Fault(NamedStatements operation, int line, string wrong, string allowed) => _faults.Add(
        $"{Path.Combine(workload.Folder, operation.File)}: line {line}, {operation.Name}: {wrong.TrimEnd('.')}. {allowed.TrimEnd('.')}.");
}
