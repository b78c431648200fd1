using LoadHarness.Core;
using LoadHarness.Postgres.Workload;
using LoadHarness.Workloads.Format;
using LoadHarness.Workloads.Parameters;
using LoadHarness.Workloads.Running;
using LoadHarness.Workloads.Sql;

namespace LoadHarness.Workloads;

/// <summary>
/// A workload of tenants whose values are all computed. They say which types they have, so no server is asked: it is ready before there
/// is one, and the same on schemas that differ.
/// </summary>
public sealed class ComputedWorkload
{
    private readonly Workload _workload;
    private readonly Dictionary<string, TenantOperation> _operations;
    private readonly WalkedPages _walks;

    private ComputedWorkload(Workload workload, IReadOnlyDictionary<string, ComputedRows> seeded)
    {
        _workload = workload;
        var sources = new ParameterSources(workload, seeded, seed: 0);
        _operations = workload.Used().ToDictionary(name => name, name => new TenantOperation(Compile(workload.Statements[name], sources)));
        if (sources.Faults.Count > 0) throw new HarnessException(string.Join(Environment.NewLine, sources.Faults.Distinct()));
        _walks = new(workload, sources.Walks, _operations.ToDictionary(one => one.Key, one => one.Value.Compiled));
    }

    /// <param name="seeded">Rows by name.</param>
    /// <exception cref="HarnessException">A parameter is not computed; all are named.</exception>
    public static ComputedWorkload Of(Workload workload, IReadOnlyDictionary<string, ComputedRows> seeded) => new(workload, seeded);

    /// <param name="statement">Of a scenario.</param>
    public TenantOperation this[string statement] => _operations[statement];

    /// <summary>Whether an operation takes pages of a list, for which somebody must walk there first.</summary>
    public bool NeedsWalk(string statement) => _workload.PagesOf(statement).Any();

    /// <summary>Walks down the lists that the statements take pages of.</summary>
    /// <param name="textOf">Of a statement, by its name.</param>
    public Task WalkAsync(
        IReadOnlyCollection<string> statements, TenantDatabase database, Func<string, string> textOf, ulong seed,
        CancellationToken cancellationToken) => _walks.WalkAsync(
            statements, database, operation => textOf(operation.Operation.Name), seed, cancellationToken);

    /// <summary>Takes the pages that the same workload walked to elsewhere, instead of walking there.</summary>
    /// <param name="cursorOf">The place of a page, as the statements of this one say it.</param>
    public void TakePages(ComputedWorkload other, Func<WalkedPage, string> cursorOf) => _walks.Take(other._walks, cursorOf);

    private CompiledOperation Compile(NamedStatements operation, ParameterSources sources)
    {
        var order = sources.OrderOf(operation);
        foreach (var name in order)
        {
            if (_workload.Parameters[name].Kind is ParameterKind.Seeded or ParameterKind.Pages) sources.Make(name);
            else sources.Faults.Add($"{sources.PlaceOf(name)}: it is not computed.");
        }

        List<CompiledStatement> statements = [];
        foreach (var statement in operation.Statements)
            statements.Add(new(statement, [.. statement.Parameters.Select(Parameter).OfType<CompiledParameter>()], Step: null));
        return new CompiledOperation(operation, [.. order.Where(sources.Has).Select(name => sources.In(order, name))], statements)
            .With(_workload, sources, order);

        CompiledParameter? Parameter(string reference)
        {
            var (name, column) = ParameterName.Split(reference);
            if (!sources.Has(name) || sources.In(order, name) is not ComputedSource source) return null;
            var type = source.Column(column)?.Type ?? new(25, "text", "text");
            var binding = BindingFactory.Create(source, column, type, out var fault);
            if (fault is not null) sources.Faults.Add($"{sources.PlaceOf(name)}: {fault}.");
            return binding is null ? null : new CompiledParameter.Drawn(order.IndexOf(name), binding);
        }
    }
}
