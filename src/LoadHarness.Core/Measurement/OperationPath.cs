namespace LoadHarness.Core.Measurement;

/// <summary>How run.json and targets name an operation outside its scenario: <c>scenario/operation</c>.</summary>
public static class OperationPath
{
    public static string Of(ScenarioResult scenario, OperationResult operation) => Of(scenario.Name, operation.Name);

    public static string Of(string scenario, string operation) => $"{scenario}/{operation}";

    /// <summary>Whether a path is that of the scenario, or of one of its operations. Names may hold a slash themselves.</summary>
    public static bool IsWithin(string? path, string scenario) =>
        path is not null && path.StartsWith(scenario, StringComparison.Ordinal)
        && (path.Length == scenario.Length || path[scenario.Length] == '/');
}
