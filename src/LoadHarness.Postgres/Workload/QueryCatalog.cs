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
        : throw new HarnessException(
            $"sql/queries holds no statement named '{name}'. Known: {string.Join(", ", _statements.Keys.Order(StringComparer.Ordinal))}.");

    /// <exception cref="HarnessException">A name stands twice.</exception>
    public static QueryCatalog Read(string folder) =>
        new(SqlFile.ReadFolder("name", folder).ToDictionary(entry => entry.Name, entry => string.Join(";\n", entry.Statements)));

    /// <summary>Both catalogs' statements; of a name that both have, this one's.</summary>
    public QueryCatalog Over(QueryCatalog others)
    {
        var both = new Dictionary<string, string>(others._statements);
        foreach (var (name, statement) in _statements) both[name] = statement;
        return new(both);
    }

    /// <summary>These statements as frames: each with its word <c>:condition</c> replaced by the text of each condition.</summary>
    /// <param name="prefix">
    /// Of the names of the conditions, in front of their number: the frame x with the condition 1 is called <c>x_1</c>.
    /// </param>
    public QueryCatalog Filled(QueryCatalog conditions, string prefix)
    {
        var filled = new Dictionary<string, string>();
        foreach (var (frame, statement) in _statements)
            foreach (var (name, condition) in conditions._statements.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)))
                filled[$"{frame}_{name[prefix.Length..]}"] = statement.Replace(
                    ":condition", condition, StringComparison.Ordinal);
        return new(filled);
    }
}
