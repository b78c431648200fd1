using LoadHarness.Core;

namespace LoadHarness.Postgres;

/// <summary>The longer statements of the program itself: those of <c>sql/program</c>, by their names.</summary>
public static class ProgramSql
{
    private static readonly Lazy<IReadOnlyDictionary<string, string>> Statements = new(() =>
        SqlFile.ReadFolder("id", SqlFile.Shipped("program"))
            .ToDictionary(entry => entry.Name, entry => string.Join(";\n", entry.Statements)));

    public static IEnumerable<string> Names => Statements.Value.Keys;

    /// <exception cref="HarnessException">No file has an entry of that name.</exception>
    public static string Of(string name) => Statements.Value.TryGetValue(name, out var statement)
        ? statement
        : throw new HarnessException($"sql/program has no statement '{name}'. Build the program again: the SQL files travel next to it.");
}
