using LoadHarness.Core.Comparing;

namespace LoadHarness.UnitTests.Comparing;

/// <summary>Comparisons made by hand, for the rules that read them.</summary>
internal static class Sample
{
    public static ArmComparison Comparison { get; } = new(
        "optimized", "optimized", 20_000, 42, new DateTimeOffset(2026, 11, 25, 2, 0, 0, TimeSpan.Zero), TimeSpan.FromMinutes(5),
        Facts("4MB"), Facts("4MB"), [], [], [], [], []);

    public static ArmServerFacts Facts(string workMemory) => new("15.18", new Dictionary<string, string>
    {
        ["work_mem"] = workMemory,
    }, "abc");

    public static ComparedTime Time(string operation, double ratio, Difference difference, bool? confirmed = null) =>
        new(operation, "mean", 10, 10 * ratio, ratio, new(ratio * 0.97, ratio * 1.03), 8, difference, confirmed);

    public static CounterChange Blocks(string operation, double a, double b) =>
        new(operation, CounterNames.Blocks, a, b, 0.1, "select * from leads");

    public static OperationCounters Counters(string operation, double blocks) => new(
        operation, 40, new Dictionary<string, double>
        {
            [CounterNames.Blocks] = blocks,
            [CounterNames.Rows] = 50,
        }, [new("select 1", false, 1, blocks, 50)]);
}
