using System.Reflection;
using LoadHarness.Core.Measurement;
using LoadHarness.Load;

namespace LoadHarness.UnitTests;

/// <summary>The direction of the pipeline: only LoadHarness.Postgres knows the database driver.</summary>
public sealed class ProjectReferenceTests
{
    public static TheoryData<string> DatabaseFree { get; } = ["LoadHarness.Core", "LoadHarness.Load", "LoadHarness.Reporting"];

    [Theory]
    [MemberData(nameof(DatabaseFree))]
    public void A_database_free_project_reaches_no_database_driver(string project)
    {
        var reached = Reached(Assembly.Load(project), []);

        Assert.DoesNotContain(reached, name => name.StartsWith("Npgsql", StringComparison.Ordinal) || name == "LoadHarness.Postgres");
    }

    [Fact]
    public void The_walk_over_references_would_find_the_driver() =>
        Assert.Contains("Npgsql", Reached(Assembly.Load("LoadHarness.Postgres"), []));

    [Fact]
    public void The_engine_knows_the_core_only() =>
        Assert.Equal(
            [typeof(LatencyHistogram).Assembly.GetName().Name],
            typeof(LoadRunner).Assembly.GetReferencedAssemblies().Select(a => a.Name)
                .Where(n => n!.StartsWith("LoadHarness", StringComparison.Ordinal)));

    private static HashSet<string> Reached(Assembly assembly, HashSet<string> seen)
    {
        foreach (var name in assembly.GetReferencedAssemblies())
        {
            if (!seen.Add(name.Name!) || !name.Name!.StartsWith("LoadHarness", StringComparison.Ordinal)) continue;
            Reached(Assembly.Load(name), seen);
        }

        return seen;
    }
}
