using System.Reflection;
using ArchUnitNET.Loader;

namespace LoadHarness.UnitTests;

/// <summary>Cycles between folders that were cut do not come back, in whichever project the types lie.</summary>
public sealed class NamespaceCycleTests
{
    private static readonly string[] Projects = ["LoadHarness.Postgres", "LoadHarness.Seeding", "LoadHarness.Checks", "loadharness"];

    private static readonly Lazy<HashSet<(string From, string To)>> Uses = new(Read);

    [Theory]
    [InlineData("LoadHarness.Postgres.Copying", "LoadHarness.Seeding.Rows")]
    [InlineData("LoadHarness.Postgres.Provisioning", "LoadHarness.Seeding")]
    [InlineData("LoadHarness.Cli.Pipeline", "LoadHarness.Cli.Verbs")]
    public void A_cycle_that_was_cut_stays_cut(string one, string other)
    {
        Assert.False(IsCycle(Uses.Value, one, other));
        Assert.True(
            Uses.Value.Contains((one, other)) || Uses.Value.Contains((other, one)), "neither folder uses the other: was one renamed?");

        // Put back, it would be found.
        Assert.True(IsCycle([.. Uses.Value, (one, other), (other, one)], one, other));
    }

    private static bool IsCycle(HashSet<(string From, string To)> uses, string one, string other) =>
        Reaches(uses, one, other) && Reaches(uses, other, one);

    private static HashSet<(string From, string To)> Read()
    {
        var types = new ArchLoader().LoadAssemblies([.. Projects.Select(Assembly.Load)]).Build().Types;
        return [.. types
            .SelectMany(type => type.Dependencies.Select(use => (type.Namespace?.FullName, use.Target.Namespace?.FullName)))
            .Where(use => use.Item1 is not null && use.Item2 is not null && use.Item1 != use.Item2)
            .Select(use => (use.Item1!, use.Item2!))];
    }

    private static bool Reaches(HashSet<(string From, string To)> uses, string from, string to)
    {
        var open = new Stack<string>([from]);
        var seen = new HashSet<string>();
        while (open.TryPop(out var at))
        {
            if (at == to) return true;
            if (!seen.Add(at)) continue;
            foreach (var use in uses)
                if (use.From == at) open.Push(use.To);
        }

        return false;
    }
}
