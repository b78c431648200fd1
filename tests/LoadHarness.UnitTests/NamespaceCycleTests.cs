using System.Reflection;
using ArchUnitNET.Loader;

namespace LoadHarness.UnitTests;

/// <summary>Folders of the program depend on each other in one direction. Across projects the compiler sees to it, within one this test.</summary>
public sealed class NamespaceCycleTests
{
    private static readonly string[] Projects =
        ["LoadHarness.Core", "LoadHarness.Load", "LoadHarness.Postgres", "LoadHarness.Seeding", "LoadHarness.Checks", "loadharness"];

    private static readonly Lazy<HashSet<(string From, string To)>> Uses = new(Read);

    [Fact]
    public void No_folder_depends_on_one_that_depends_on_it() => Assert.Empty(Cycles(Uses.Value));

    [Theory]
    [InlineData("LoadHarness.Postgres.Copying", "LoadHarness.Seeding.Rows")]
    [InlineData("LoadHarness.Postgres.Provisioning", "LoadHarness.Seeding")]
    [InlineData("LoadHarness.Cli.Pipeline", "LoadHarness.Cli.Verbs")]
    public void A_cycle_that_was_there_once_would_be_found(string from, string to) =>
        Assert.NotEmpty(Cycles([.. Uses.Value, (from, to)]));

    private static IEnumerable<string> Cycles(HashSet<(string From, string To)> uses) => uses
        .Where(use => string.CompareOrdinal(use.From, use.To) < 0 && Reaches(uses, use.To, use.From))
        .Select(use => $"{use.From} <-> {use.To}");

    private static HashSet<(string From, string To)> Read()
    {
        var types = new ArchLoader().LoadAssemblies([.. Projects.Select(Assembly.Load)]).Build().Types;
        return [.. types
            .SelectMany(type => type.Dependencies.Select(use => (type.Namespace?.FullName, use.Target.Namespace?.FullName)))
            .Where(use => IsFolder(use.Item1) && IsFolder(use.Item2) && use.Item1 != use.Item2)
            .Select(use => (use.Item1!, use.Item2!))];
    }

    // What lies at the top of a project is the common ground of its folders and uses them in turn.
    private static bool IsFolder(string? name) =>
        name is not null && name.StartsWith("LoadHarness.", StringComparison.Ordinal)
        && (name == "LoadHarness.Seeding" || name.Count(c => c == '.') > 1);

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
