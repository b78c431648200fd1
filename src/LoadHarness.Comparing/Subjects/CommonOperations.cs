using LoadHarness.Core;
using LoadHarness.Workloads;
using LoadHarness.Workloads.Format;

namespace LoadHarness.Comparing.Subjects;

/// <summary>
/// The operations that two forms of a workload share: their statements, tables and rows may differ, what is called how often is the same.
/// </summary>
/// <param name="NotCompared">What one of them lacks, in sentences.</param>
internal sealed record CommonOperations(Workload A, Workload B, IReadOnlyList<string> NotCompared)
{
    /// <param name="own">Says which scenarios there are, and the weights of their operations.</param>
    /// <param name="scenarios">Names of those that are compared.</param>
    /// <exception cref="HarnessException">There is none.</exception>
    public static CommonOperations Of(Workload own, Workload a, Workload b, IReadOnlyList<string> scenarios)
    {
        var (onA, onB) = (Used(a), Used(b));
        var wanted = own.File.Scenarios.Where(scenario => scenarios.Contains(scenario.Key)).ToList();
        var shared = wanted
            .Select(scenario => (scenario.Key, File: scenario.Value with
            {
                Operations = scenario.Value.Operations.Where(operation => onA.Contains(operation.Key) && onB.Contains(operation.Key))
                    .ToDictionary(),
            }))
            .Where(scenario => scenario.File.Operations.Count > 0).ToDictionary(scenario => scenario.Key, scenario => scenario.File);
        if (shared.Count == 0)
            throw new HarnessException(
                $"--workload {own.Folder}: the arms have none of its operations in common. Compare two forms of one workload.",
                    ExitCode.BadUsage);
        var known = wanted.SelectMany(scenario => scenario.Value.Operations.Keys).ToHashSet(StringComparer.Ordinal);
        return new(With(a, shared), With(b, shared), [.. Lacking("A", known, onA), .. Lacking("B", known, onB)]);
    }

    // Which statement is behind an operation is each arm's own to say.
    private static Workload With(Workload workload, IReadOnlyDictionary<string, ScenarioFile> scenarios) => workload with
    {
        File = workload.File with
        {
            Scenarios = scenarios.ToDictionary(scenario => scenario.Key, scenario => scenario.Value with
            {
                Statements = scenario.Value.Operations.Keys.ToDictionary(
                    operation => operation, operation => StatementIn(workload, scenario.Key, operation)),
            }),
        },
    };

    private static string StatementIn(Workload workload, string scenario, string operation) =>
        workload.File.Scenarios.OrderByDescending(other => other.Key == scenario)
            .First(other => other.Value.Operations.ContainsKey(operation)).Value.StatementOf(operation);

    private static HashSet<string> Used(Workload workload) =>
        workload.File.Scenarios.Values.SelectMany(scenario => scenario.Operations.Keys).ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<string> Lacking(string arm, HashSet<string> known, HashSet<string> there) =>
        known.Except(there).Order(StringComparer.Ordinal).Select(operation => $"{arm} has no operation {operation}.");
}
