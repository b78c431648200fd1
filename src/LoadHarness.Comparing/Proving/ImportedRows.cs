using LoadHarness.Core.Measurement;

namespace LoadHarness.Comparing.Proving;

/// <summary>
/// Whether imports keep up with what is offered. An arm that ends a second's rows three seconds later does not hold that level: rows count
/// by the time that they took.
/// </summary>
internal static class ImportedRows
{
    /// <summary>More than the time of the load, but for one import, by so much: the imports do not keep up.</summary>
    private const double Late = 1.25;

    /// <summary>No arm that keeps up needs longer once the load has ended.</summary>
    public static TimeSpan Drain(TimeSpan during) => (during * (Late - 1)) + TimeSpan.FromSeconds(1);

    /// <returns>Rows a second; 0 where none came in.</returns>
    public static double ASecond(ScenarioResult imports, TimeSpan during) =>
        imports.Operations.Sum(operation => operation.Items ?? 0) / Took(imports, during).TotalSeconds;

    /// <returns>Null where they keep up.</returns>
    public static string? FaultOf(ScenarioResult imports, TimeSpan during) => Took(imports, during) is var took && took > during * Late
        ? $"imports do not keep up: {during.TotalSeconds:0.#} s of them took {took.TotalSeconds:0.0} s"
        : null;

    // The last import begins as the load ends, so one import's time is no backlog. The fastest is the one that waited least.
    private static TimeSpan Took(ScenarioResult imports, TimeSpan during)
    {
        var one = imports.Operations.Select(operation => operation.Response.Minimum).OfType<TimeSpan>().DefaultIfEmpty().Min();
        return imports.Measured - one is var took && took > during ? took : during;
    }
}
