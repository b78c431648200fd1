using LoadHarness.Core.Input;
using LoadHarness.Workloads.Parameters;
using LoadHarness.Workloads.Sql;

namespace LoadHarness.Workloads.Format;

/// <summary>What the parts of a workload must be to each other.</summary>
internal static class WorkloadRules
{
    /// <summary>Names stand in reports, file names and the server's list of sessions.</summary>
    private const int LongestName = 60;

    public static IEnumerable<InputFault> Faults(Workload workload)
    {
        if (NameFault(workload.Name) is { } name) yield return new("name", name, "Give letters, digits, - and _");
        if (workload.File.Scenarios.Count == 0) yield return new("scenarios", "there is none", "Give at least one");
        foreach (var (key, parameter) in workload.Parameters)
        {
            if (!StatementReader.IsName(key)) yield return new($"parameters.{key}", "it is no name", "Give letters, digits and _");
            foreach (var fault in ParameterRules.Faults($"parameters.{key}", parameter)) yield return fault;
        }

        foreach (var fault in OrderFaults(workload)) yield return fault;
        foreach (var fault in ReferenceRules.Faults(workload)) yield return fault;
        foreach (var (key, scenario) in workload.File.Scenarios)
            foreach (var fault in OfScenario(workload, $"scenarios.{key}", key, scenario)) yield return fault;
        foreach (var fault in SeedRules.Faults(workload)) yield return fault;
    }

    private static IEnumerable<InputFault> OfScenario(Workload workload, string field, string key, ScenarioFile scenario)
    {
        if (NameFault(key) is { } wrong) yield return new(field, wrong, "Give letters, digits, - and _");
        if (scenario.Operations.Count == 0) yield return new($"{field}.operations", "there is none", "Name at least one statement");
        foreach (var (operation, weight) in scenario.Operations)
        {
            if (!(weight > 0)) yield return new($"{field}.operations.{operation}", $"its weight is {weight}", "Allowed: a number above 0");
            var name = scenario.StatementOf(operation);
            if (!workload.Statements.TryGetValue(name, out var statements))
                yield return new($"{field}.{(name == operation ? "operations" : "statements")}.{operation}",
                    "no .sql file has a statement of that name", Spelling.Advice(name, [.. workload.Statements.Keys]));
            else
                foreach (var fault in Names(workload, statements)) yield return fault;
        }

        foreach (var operation in (scenario.Statements ?? new Dictionary<string, string>()).Keys.Except(scenario.Operations.Keys))
            yield return new($"{field}.statements.{operation}", "the scenario has no such operation",
                Spelling.Advice(operation, [.. scenario.Operations.Keys]));
        if (scenario.Connections is not null && workload.File.Tenant is null)
            yield return new($"{field}.connections", "the workload has no tenant, and each user has a connection of its own",
                "Leave it out");
        foreach (var fault in SimulationRules.Faults(field, scenario)) yield return fault;
    }

    // A value comes from a parameter, or from the first row of an earlier statement.
    private static IEnumerable<InputFault> Names(Workload workload, NamedStatements operation)
    {
        var results = new HashSet<string>(StringComparer.Ordinal);
        foreach (var statement in operation.Statements)
        {
            foreach (var parameter in statement.Parameters)
            {
                var (name, column) = ParameterName.Split(parameter);
                var place = $"{operation.File}, line {statement.Line}, :{parameter}";
                if (results.Contains(name))
                {
                    if (column.Length == 0) yield return new(place, "it names no column of that result", $"Write it as :{name}.column");
                    continue;
                }

                if (!workload.Parameters.TryGetValue(name, out var file))
                    yield return new(place, "neither workload.json has a parameter of that name, nor an earlier statement a -- result:",
                        Spelling.Advice(name, [.. workload.Parameters.Keys, .. results]));
                else if (column.Length > 0 && !ParameterRules.HasColumns(file.Kind))
                    yield return new(place, $"{name} is a {ParameterRules.Word(file.Kind)} and has no columns", $"Write it as :{name}");
                else if (workload.Csv.TryGetValue(name, out var rows) && column.Length > 0 && !rows.Columns.Contains(column))
                    yield return new(place, $"the file has no column {column}", Spelling.Advice(column, [.. rows.Columns]));
            }

            if (statement.Result is not { } result) continue;
            if (workload.Parameters.ContainsKey(result))
                yield return new($"{operation.File}, line {statement.Line}", $"-- result: {result} is the name of a parameter too",
                    "Rename one");
            results.Add(result);
        }
    }

    // An expression needs numbers, and rows need those that they lie within.
    private static IEnumerable<InputFault> OrderFaults(Workload workload)
    {
        foreach (var (name, parameter) in workload.Parameters.Where(
            parameter => parameter.Value is { Kind: ParameterKind.Expression, Value: not null } or { Within: not null }))
        {
            var fault = "";
            try
            {
                _ = ParameterOrder.Of(workload.Parameters, [name]);
            }
            catch (FormatException wrong)
            {
                fault = wrong.Message;
            }

            if (fault.Length > 0)
                yield return parameter.Within is null
                    ? new($"parameters.{name}.value", fault, "Name whole-number parameters that do not need this one")
                    : new($"parameters.{name}.within", fault, "Name a parameter with columns that does not need this one");
        }
    }

    private static string? NameFault(string name) =>
        name.Length == 0 ? "the name is empty"
        : name.Length > LongestName ? $"the name has {name.Length} letters, more than {LongestName}"
        : name.All(sign => char.IsAsciiLetterOrDigit(sign) || sign is '-' or '_') ? null
        : "the name holds other signs than letters, digits, - and _";
}
