using LoadHarness.Postgres.Workload;

namespace LoadHarness.Comparing.Proving;

/// <summary>The published statements of the baselines: <c>sql/baselines/n</c>, <c>c</c> and <c>x</c>.</summary>
/// <param name="Folder">Like <c>sql/baselines</c>.</param>
public sealed record Baselines(string Folder)
{
    public static Baselines Shipped { get; } = new(Path.Combine(AppContext.BaseDirectory, "sql", "baselines"));

    /// <param name="name">N, C or X.</param>
    public QueryCatalog Of(string name) => QueryCatalog.Read(Path.Combine(Folder, name.ToLowerInvariant()));
}
