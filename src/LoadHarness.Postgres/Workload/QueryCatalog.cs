using System.Text;
using LoadHarness.Core;

namespace LoadHarness.Postgres.Workload;

/// <summary>The named statements of <c>sql/queries</c>: each begins with a line <c>-- name: ...</c> and ends at the next one.</summary>
public sealed class QueryCatalog
{
    private const string NameMark = "-- name:";
    private readonly Dictionary<string, string> _statements = [];

    public static QueryCatalog Shipped { get; } = Read(Path.Combine(AppContext.BaseDirectory, "sql", "queries"));

    public IEnumerable<string> Names => _statements.Keys;

    /// <exception cref="HarnessException">There is no statement of that name.</exception>
    public string this[string name] => _statements.TryGetValue(name, out var statement)
        ? statement
        : throw new HarnessException($"sql/queries holds no statement named '{name}'. Known: {string.Join(", ", _statements.Keys.Order(StringComparer.Ordinal))}.");

    /// <exception cref="HarnessException">A name stands twice.</exception>
    public static QueryCatalog Read(string folder)
    {
        var catalog = new QueryCatalog();
        foreach (var file in Directory.EnumerateFiles(folder, "*.sql").Order(StringComparer.Ordinal)) catalog.Add(file);
        return catalog;
    }

    private void Add(string file)
    {
        string? name = null;
        var text = new StringBuilder();
        foreach (var line in File.ReadLines(file))
        {
            if (line.StartsWith(NameMark, StringComparison.Ordinal))
            {
                Keep(name, text, file);
                name = line[NameMark.Length..].Trim();
            }
            else if (name is not null && !line.StartsWith("--", StringComparison.Ordinal))
            {
                text.Append(line).Append('\n');
            }
        }

        Keep(name, text, file);
    }

    private void Keep(string? name, StringBuilder text, string file)
    {
        if (name is not null && !_statements.TryAdd(name, text.ToString().Trim().TrimEnd(';')))
            throw new HarnessException($"{file}: the name '{name}' stands twice in sql/queries. Rename one.");
        text.Clear();
    }
}
