using LoadHarness.Postgres.Workload;

namespace LoadHarness.Comparing.Proving;

/// <summary>The published statements of the baselines: <c>sql/baselines/n</c>, <c>c</c> and <c>x</c>.</summary>
/// <param name="Folder">Like <c>sql/baselines</c>.</param>
public sealed record Baselines(string Folder)
{
    public static Baselines Shipped { get; } = new(Path.Combine(AppContext.BaseDirectory, "sql", "baselines"));

    /// <param name="name">N, C or X.</param>
    /// <remarks>The statements of a segment differ in their condition alone; one that N lacks is that of C.</remarks>
    public QueryCatalog Of(string name)
    {
        var own = Read(name);
        var conditions = name == "N" ? own.Over(Read("C")) : own;
        return own.Over(Read("frames").Filled(conditions, "segment_condition_"));
    }

    private QueryCatalog Read(string name) => QueryCatalog.Read(Path.Combine(Folder, name.ToLowerInvariant()));
}
