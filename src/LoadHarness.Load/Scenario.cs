using LoadHarness.Core;

namespace LoadHarness.Load;

public static class Scenario
{
    /// <param name="run">One iteration. Called again and again, by many at once.</param>
    public static ScenarioProps Create(string name, Func<IScenarioContext, Task<IResponse>> run) =>
        new(CheckedName(name), [new Operation(name, 1, Checked(name, run))]);

    /// <summary>Each iteration is one of the operations, drawn by weight; figures are kept for each.</summary>
    /// <param name="operations">Weights relate to each other only: 3 and 1 are three quarters and one.</param>
    public static ScenarioProps CreateMix(
        string name, params (string Operation, double Weight, Func<IScenarioContext, Task<IResponse>> Run)[] operations)
    {
        if (operations.Length == 0)
            throw new HarnessException($"Scenario '{name}' mixes no operations. Give at least one.");
        if (operations.FirstOrDefault(o => !(o.Weight > 0) || !double.IsFinite(o.Weight)) is { Operation: { } unweighted })
            throw new HarnessException(
                $"Operation '{unweighted}' of scenario '{name}' has no positive weight. Give one, or leave the operation out.");
        if (operations.GroupBy(o => o.Operation).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new HarnessException(
                $"Scenario '{name}' mixes {twice.Count()} operations named '{twice.Key}'. "
                    + "Rename all but one: the name is its key in every report.");
        return new(CheckedName(name), [.. operations.Select(
            o => new Operation(CheckedName(o.Operation), o.Weight, Checked(o.Operation, o.Run)))]);
    }

    private static Func<IScenarioContext, Task<IResponse>> Checked(string name, Func<IScenarioContext, Task<IResponse>>? run) =>
        run ?? throw new HarnessException($"'{name}' has no function to run (null). Give it one.");

    private static string CheckedName(string name) => string.IsNullOrWhiteSpace(name)
        ? throw new HarnessException("A scenario or operation has an empty name. Name it: the name is its key in every report.")
        : name;
}

/// <summary>One kind of iteration of a scenario.</summary>
public sealed record Operation(string Name, double Weight, Func<IScenarioContext, Task<IResponse>> Run);
