namespace LoadHarness.Postgres;

/// <summary>Names of tables, columns and indexes, as the catalog has them.</summary>
public static class SqlNames
{
    /// <summary>As a statement takes it, whatever its letters are.</summary>
    public static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
