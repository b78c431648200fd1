using LoadHarness.Core.Input;
using LoadHarness.Workloads.Parameters;
using LoadHarness.Workloads.Sql;

namespace LoadHarness.Workloads.Format;

/// <summary>What names another part of the workload must find it: tenants, answers, pages.</summary>
internal static class ReferenceRules
{
    public static IEnumerable<InputFault> Faults(Workload workload) =>
        [.. Tenants(workload), .. Answers(workload), .. Pages(workload)];

    private static IEnumerable<InputFault> Tenants(Workload workload)
    {
        if (workload.File.Tenant is not { } tenant)
        {
            foreach (var own in workload.Statements.Values.Where(operation => operation.Tenant is not null))
                yield return new($"{own.File}, line {own.Line}", $"-- tenant: stands at {own.Name}, and workload.json has no tenant",
                    "Add one with its setting, or take the line out");
            yield break;
        }

        if (!IsSetting(tenant.Setting))
            yield return new("tenant.setting", $"'{StatementReader.Short(tenant.Setting)}' is no name of a setting",
                "Give one such as app.tenant: letters, digits, _ and points");
        if (Fault(workload, tenant.Value) is { } wrong) yield return new("tenant.value", wrong.Wrong, wrong.Allowed);
        foreach (var operation in workload.Statements.Values)
            if (operation.Tenant is { } value && Fault(workload, value) is { } fault)
                yield return new($"{operation.File}, line {operation.Line}, -- tenant: {value}", fault.Wrong, fault.Allowed);
    }

    private static IEnumerable<InputFault> Answers(Workload workload)
    {
        foreach (var (name, answer) in workload.File.Answers ?? new Dictionary<string, AnswerFile>())
        {
            var field = $"answers.{name}";
            if (!workload.Statements.TryGetValue(name, out var operation))
                yield return new(field, "no .sql file has a statement of that name", Spelling.Advice(name, [.. workload.Statements.Keys]));
            else if (operation is not { Statements.Count: <= 1, Begin: null })
                yield return new(field, "it is a transaction, or several statements", "Answers are those of single statements");
            foreach (var (place, value) in Values(answer))
            {
                if (value.IsReference && Fault(workload, value.Text) is { } fault)
                    yield return new($"{field}.{place}", fault.Wrong, fault.Allowed);
                else if (!value.IsReference && !place.StartsWith("equal.", StringComparison.Ordinal) && value.WholeNumber() is null)
                    yield return new($"{field}.{place}", $"it is '{StatementReader.Short(value.Text)}'",
                        "Allowed: a whole number, or a parameter such as \":customer.orders\"");
            }
        }
    }

    private static IEnumerable<InputFault> Pages(Workload workload)
    {
        foreach (var (name, parameter) in workload.Parameters.Where(
            parameter => parameter.Value is { Kind: ParameterKind.Pages, First: not null, Next: not null }))
        {
            (string Field, string Statement)[] used = [("first", parameter.First!), ("next", parameter.Next!)];
            foreach (var (field, statement) in used)
            {
                if (!workload.Statements.TryGetValue(statement, out var operation))
                    yield return new($"parameters.{name}.{field}", "no .sql file has a statement of that name",
                        Spelling.Advice(statement, [.. workload.Statements.Keys]));
                else if (operation is not { Statements.Count: <= 1, Begin: null })
                    yield return new($"parameters.{name}.{field}", $"{statement} is a transaction, or several statements",
                        "Name a single one");
                else if (field == "first" && operation.Uses(name))
                    yield return new($"parameters.{name}.first", $"{statement} needs :{name} itself", "Name one that begins at the top");
                else if (field == "next" && !operation.Uses(name))
                    yield return new($"parameters.{name}.next", $"{statement} does not take :{name}.{parameter.Cursor}",
                        "Name one that does");
            }
        }
    }

    private static (string Wrong, string Allowed)? Fault(Workload workload, string reference)
    {
        var (name, column) = ParameterName.Split(reference.TrimStart(':'));
        if (!workload.Parameters.TryGetValue(name, out var file))
            return ($"there is no parameter {name}", Spelling.Advice(name, [.. workload.Parameters.Keys]));
        if (column.Length > 0 && !ParameterRules.HasColumns(file.Kind))
            return ($"{name} is a {ParameterRules.Word(file.Kind)} and has no columns", $"Write it as :{name}");
        return null;
    }

    private static IEnumerable<(string Place, Literal Value)> Values(AnswerFile answer)
    {
        if (answer.AtLeast is { } least) yield return ("atLeast", least);
        if (answer.AtMost is { } most) yield return ("atMost", most);
        (string Field, IReadOnlyDictionary<string, Literal>? Columns)[] columns =
            [("equal", answer.Equal), ("least", answer.Least), ("most", answer.Most)];
        foreach (var (field, values) in columns)
            foreach (var (column, value) in values ?? new Dictionary<string, Literal>()) yield return ($"{field}.{column}", value);
    }

    private static bool IsSetting(string setting) => setting.Split('.') is { Length: 1 or 2 } parts && parts.All(StatementReader.IsName);
}
