using LoadHarness.Core;

namespace LoadHarness.Postgres.Workload;

/// <summary>The named statements of <c>sql/queries</c>: each begins with a line <c>-- name: ...</c> and ends at the next one.</summary>
public sealed class QueryCatalog
{
    private readonly Dictionary<string, string> _statements;

    private QueryCatalog(Dictionary<string, string> statements) => _statements = statements;

    public static QueryCatalog Shipped { get; } = Read(SqlFile.Shipped("queries"));

    public IEnumerable<string> Names => _statements.Keys;

    /// <exception cref="HarnessException">There is no statement of that name.</exception>
    public string this[string name] => _statements.TryGetValue(name, out var statement)
        ? statement
        : throw new HarnessException($"sql/queries holds no statement named '{name}'. Known: {string.Join(", ", _statements.Keys.Order(StringComparer.Ordinal))}.");

    /// <exception cref="HarnessException">A name stands twice.</exception>
    public static QueryCatalog Read(string folder) =>
        new(SqlFile.ReadFolder("name", folder).ToDictionary(entry => entry.Name, entry => string.Join(";\n", entry.Statements)));
}
