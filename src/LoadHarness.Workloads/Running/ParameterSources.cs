using LoadHarness.Workloads.Format;
using LoadHarness.Workloads.Parameters;
using LoadHarness.Workloads.Sql;

namespace LoadHarness.Workloads.Running;

/// <summary>The sources of a workload's parameters, each made once, and placed in the draws of each operation.</summary>
/// <param name="seeded">Rows that the program has seeded itself, by name.</param>
/// <param name="given">Out before, in the same database; null for nothing.</param>
internal sealed class ParameterSources(
    Workload workload, IReadOnlyDictionary<string, ComputedRows> seeded, ulong seed, GivenOut? given = null)
{
    private readonly GivenOut _given = given ?? new();
    private readonly Dictionary<string, ValueSource> _sources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PageWalk> _walks = new(StringComparer.Ordinal);

    public List<string> Faults { get; } = [];

    /// <summary>What a reader of the figures should know, such as a query whose rows were cut.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>By parameter.</summary>
    public IReadOnlyDictionary<string, PageWalk> Walks => _walks;

    /// <summary>What an operation draws, in its order: for its statements, its tenant and its answer.</summary>
    public List<string> OrderOf(NamedStatements operation) =>
        [.. ParameterOrder.Of(workload.Parameters, workload.NeedsOf(operation).ToHashSet(StringComparer.Ordinal))];

    /// <summary>Whether it could be made; if not, there is a fault.</summary>
    public bool Has(string name) => _sources.ContainsKey(name);

    /// <param name="rows">Of a query; those of a file are known.</param>
    public void Make(string name, RowSet? rows = null)
    {
        if (_sources.ContainsKey(name)) return;
        var file = workload.Parameters[name];
        // Whether its tenants are numbers is theirs to say.
        if (file.Kind == ParameterKind.Pages && workload.TenantOf(workload.Statements[file.First!]) is { } tenant
            && workload.Parameters[ParameterName.Split(tenant).Name] is { Kind: ParameterKind.Seeded })
            Make(ParameterName.Split(tenant).Name);
        rows ??= workload.Csv.GetValueOrDefault(name);
        if (rows is { IsCut: true })
            Notes.Add($"parameters.{name}: there are more rows; the first {rows.Rows.Count:N0} are used (mostRows).");
        if (Create(name, file, rows) is { } source) _sources[name] = source;
    }

    /// <summary>A parameter as the program itself looks at it.</summary>
    /// <param name="reference">Such as <c>customer.tenant</c>.</param>
    /// <param name="field">That names it, for a fault.</param>
    public DrawnValue? Value(List<string> order, string reference, string field)
    {
        var (name, column) = ParameterName.Split(reference);
        if (!Has(name)) return null;
        var value = DrawnValue.Of(In(order, name), order.IndexOf(name), column, out var fault);
        if (fault is not null)
            Faults.Add($"{Path.Combine(workload.Folder, WorkloadFormat.FileName)}: {field}: :{reference}: {fault}. Name another one.");
        return value;
    }

    /// <summary>The source with the places of what it needs.</summary>
    public ValueSource In(List<string> order, string name) => workload.Parameters[name] is not { } file ? _sources[name]
        : file.Kind == ParameterKind.Expression ? Expressed(file, order)
        : file.Within is not { } within ? _sources[name]
        : order.IndexOf(ParameterName.Split(within.TrimStart(':')).Name) is var place && _sources[name] is RowsWithin rows ? rows.At(place)
        : ((ComputedSource)_sources[name]).At(place);

    /// <summary>The file with the parameter, for messages.</summary>
    public string PlaceOf(string name) => $"{Path.Combine(workload.Folder, WorkloadFormat.FileName)}: parameters.{name}";

    private ValueSource? Create(string name, ParameterFile file, RowSet? rows)
    {
        switch (file.Kind)
        {
            case ParameterKind.Expression:
                // Its places differ from operation to operation: this one is never drawn from.
                return Expressed(file, [.. ParameterOrder.Of(workload.Parameters, [name])]);
            case ParameterKind.Seeded when seeded.TryGetValue(file.Rows!, out var known):
                return new ComputedSource(known);
            case ParameterKind.Seeded:
                Faults.Add($"{PlaceOf(name)}.rows: there are no seeded rows '{file.Rows}' here. "
                    + (seeded.Count > 0 ? $"Allowed: {string.Join(", ", seeded.Keys)}."
                        : "Only the program's own schema has such: take them from a query."));
                return null;
            case ParameterKind.Pages:
                return new ComputedSource((_walks[name] = new(name, file, AreTenantsNumbers(file))).Rows);
            default:
                var source = SourceFactory.Create(file, rows, seed, (_given, name));
                return file.Within is { } within ? Grouped(name, (RowList)source, within) : source;
        }
    }

    private RowsWithin? Grouped(string name, RowList rows, string within)
    {
        var (other, column) = ParameterName.Split(within.TrimStart(':'));
        if (!_sources.TryGetValue(other, out var known)) return null;
        var (outer, mine) = (known as TextSource, rows.Columns.ToList().IndexOf(column));
        var place = outer?.Columns.ToList().IndexOf(column) ?? -1;
        if (outer is null || place < 0 || mine < 0)
        {
            Faults.Add($"{PlaceOf(name)}.within: both {name} and {other} need rows of a query or a file with a column {column}. "
                + "Correct one of them.");
            return null;
        }

        var groups = Enumerable.Range(0, rows.Count).GroupBy(row => rows.TextAt(row, mine) ?? "")
            .ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
        var byOuter = Enumerable.Range(0, outer.Count).Select(row => groups.GetValueOrDefault(outer.TextAt(row, place) ?? "")).ToList();
        if (byOuter.IndexOf(null) is >= 0 and var without)
        {
            var value = StatementReader.Short(outer.TextAt(without, place) ?? "");
            Faults.Add($"{PlaceOf(name)}.within: no row has the {column} '{value}' that {other} may draw. Leave such rows out of {other}.");
            return null;
        }

        return new(rows, byOuter!);
    }

    private bool AreTenantsNumbers(ParameterFile file)
    {
        if (workload.TenantOf(workload.Statements[file.First!]) is not { } tenant) return false;
        var (name, column) = ParameterName.Split(tenant);
        return _sources.GetValueOrDefault(name) is ComputedSource rows && rows.Column(column) is { IsNumber: true };
    }

    private ExpressionSource Expressed(ParameterFile file, List<string> order) => new(
        Expression.Parse(file.Value!.Value.Text).Bound(name => (order.IndexOf(name), workload.Parameters[name] is
        {
            Kind: ParameterKind.Constant, Value: { } constant,
        } ? constant.WholeNumber() : null)));
}
