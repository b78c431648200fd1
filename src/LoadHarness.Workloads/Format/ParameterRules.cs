using System.Text.Json;
using LoadHarness.Core.Input;
using LoadHarness.Workloads.Parameters;
using LoadHarness.Workloads.Sql;

namespace LoadHarness.Workloads.Format;

/// <summary>What a parameter of a kind may say, and must.</summary>
internal static class ParameterRules
{
    private static readonly string[] Range = ["from", "to"];

    private static readonly Dictionary<ParameterKind, (string[] Needed, string[] Allowed)> Fields =
        new()
        {
            [ParameterKind.Constant] = (["value"], []),
            [ParameterKind.Uniform] = (Range, ["digits"]),
            [ParameterKind.Zipf] = (Range, ["skew"]),
            [ParameterKind.Gaussian] = (Range, ["skew"]),
            [ParameterKind.Exponential] = (Range, ["skew"]),
            [ParameterKind.Sequential] = (Range, []),
            [ParameterKind.List] = (["values"], ["weights"]),
            [ParameterKind.Date] = (Range, []),
            [ParameterKind.Text] = (["pattern"], ["locale", "different"]),
            [ParameterKind.Uuid] = ([], []),
            [ParameterKind.Query] = (["sql"], ["mostRows", "order", "within"]),
            [ParameterKind.Csv] = (["file"], ["mostRows", "order", "within"]),
            [ParameterKind.Expression] = (["value"], []),
            [ParameterKind.Seeded] = (["rows"], ["within"]),
            [ParameterKind.Pages] = (["first", "next", "cursor"], ["deepest", "keep", "keepOfSeveral"]),
        };

    /// <param name="field">Its path in the file.</param>
    public static IEnumerable<InputFault> Faults(string field, ParameterFile parameter)
    {
        var given = Given(parameter);
        var (needed, allowed) = Fields[parameter.Kind];
        foreach (var name in needed.Except(given))
            yield return new($"{field}.{name}", "it is missing", $"A {Word(parameter.Kind)} needs {string.Join(" and ", needed)}");
        foreach (var name in given.Except(needed).Except(allowed))
            yield return new($"{field}.{name}", $"a {Word(parameter.Kind)} has no such field",
                $"Allowed: {string.Join(", ", needed.Concat(allowed).Append("kind"))}");
        if (needed.Except(given).Any()) yield break;
        foreach (var fault in Values(field, parameter)) yield return fault;
    }

    /// <summary>Whether its values are rows, of which a statement takes columns.</summary>
    public static bool HasColumns(ParameterKind kind) =>
        kind is ParameterKind.Query or ParameterKind.Csv or ParameterKind.Seeded or ParameterKind.Pages;

    public static string Word(ParameterKind kind) => JsonNamingPolicy.CamelCase.ConvertName(kind.ToString());

    private static List<string> Given(ParameterFile parameter)
    {
        (string Name, object? Value)[] fields =
        [
            ("value", parameter.Value), ("from", parameter.From), ("to", parameter.To), ("digits", parameter.Digits),
            ("skew", parameter.Skew), ("values", parameter.Values), ("weights", parameter.Weights), ("pattern", parameter.Pattern),
            ("locale", parameter.Locale), ("different", parameter.Different), ("sql", parameter.Sql), ("file", parameter.File),
            ("mostRows", parameter.MostRows), ("order", parameter.Order), ("within", parameter.Within), ("rows", parameter.Rows),
            ("first", parameter.First), ("next", parameter.Next), ("cursor", parameter.Cursor), ("deepest", parameter.Deepest),
            ("keep", parameter.Keep), ("keepOfSeveral", parameter.KeepOfSeveral),
        ];
        return [.. fields.Where(field => field.Value is not null).Select(field => field.Name)];
    }

    private static IEnumerable<InputFault> Values(string field, ParameterFile parameter) => parameter.Kind switch
    {
        ParameterKind.Uniform => Numbers(field, parameter),
        ParameterKind.Zipf or ParameterKind.Gaussian or ParameterKind.Exponential or ParameterKind.Sequential =>
            [.. Numbers(field, parameter), .. Skew(field, parameter)],
        ParameterKind.List => List(field, parameter),
        ParameterKind.Date => Dates(field, parameter),
        ParameterKind.Text => Text(field, parameter),
        ParameterKind.Expression => Computed(field, parameter),
        ParameterKind.Query => [.. Query(field, parameter), .. Within(field, parameter)],
        ParameterKind.Csv => Within(field, parameter),
        _ => [],
    };

    private static IEnumerable<InputFault> Numbers(string field, ParameterFile parameter)
    {
        var digits = parameter.Digits ?? 0;
        var what = digits == 0 ? "a whole number such as 1000 or \"1M\"" : $"a number of at most {digits} digits behind the point";
        var (from, to) = (SourceFactory.Scaled(parameter.From!.Value, digits), SourceFactory.Scaled(parameter.To!.Value, digits));
        if (from is null) yield return new($"{field}.from", $"it is '{Short(parameter.From)}'", $"Allowed: {what}");
        if (to is null) yield return new($"{field}.to", $"it is '{Short(parameter.To)}'", $"Allowed: {what}");
        if (from > to)
            yield return new($"{field}.to", $"it is {Short(parameter.To)}, below from, {Short(parameter.From)}", "Exchange them");
    }

    // pgbench refuses less than two standard deviations; below, the bell has no shape.
    private static IEnumerable<InputFault> Skew(string field, ParameterFile parameter)
    {
        if (parameter is { Kind: ParameterKind.Gaussian, Skew: < 2 })
            yield return new($"{field}.skew", $"it is {parameter.Skew}",
                "Allowed for a gaussian: from 2");
        if (parameter is { Kind: ParameterKind.Sequential, Skew: not null })
            yield return new($"{field}.skew", "a sequential has no such field", "Leave it out");
    }

    private static IEnumerable<InputFault> List(string field, ParameterFile parameter)
    {
        if (parameter.Values!.Count == 0) yield return new($"{field}.values", "the list is empty", "Give at least one value");
        if (parameter.Weights is not { } weights) yield break;
        if (weights.Count != parameter.Values.Count)
            yield return new($"{field}.weights", $"it has {weights.Count} entries, values has {parameter.Values.Count}",
                "Give one weight a value");
        for (var i = 0; i < weights.Count; i++)
            if (!(weights[i] > 0))
                yield return new($"{field}.weights[{i}]", $"it is {weights[i]}",
                    "Allowed: a number above 0");
    }

    private static IEnumerable<InputFault> Dates(string field, ParameterFile parameter)
    {
        var (from, to) = (SourceFactory.Moment(parameter.From!.Value), SourceFactory.Moment(parameter.To!.Value));
        const string what = "Allowed: a day or a time such as 2026-01-31 or 2026-01-31T12:00:00Z";
        if (from is null) yield return new($"{field}.from", $"it is '{Short(parameter.From)}'", what);
        if (to is null) yield return new($"{field}.to", $"it is '{Short(parameter.To)}'", what);
        if (from?.Moment > to?.Moment) yield return new($"{field}.to", "it lies before from", "Exchange them");
    }

    private static IEnumerable<InputFault> Text(string field, ParameterFile parameter)
    {
        if (BogusTexts.FaultOfLocale(parameter.Locale) is { } locale) yield return new($"{field}.locale", locale.Wrong, locale.Allowed);
        else if (BogusTexts.FaultOfPattern(parameter.Pattern!, parameter.Locale) is { } fault)
            yield return new($"{field}.pattern", fault,
                "Write it such as \"{{name.fullName}}\" or \"{{internet.email}}\"; Bogus documents the names");
    }

    private static IEnumerable<InputFault> Computed(string field, ParameterFile parameter)
    {
        string? fault = null;
        try
        {
            Expression.Parse(parameter.Value!.Value.Text);
        }
        catch (FormatException wrong)
        {
            fault = wrong.Message;
        }

        if (fault is not null)
            yield return new($"{field}.value", $"'{Short(parameter.Value)}' cannot be read: {fault}", "Write it such as \":aid * 2 + 1\"");
    }

    private static IEnumerable<InputFault> Query(string field, ParameterFile parameter)
    {
        var reader = new StatementReader(parameter.Sql!, allowParameters: true);
        var statements = reader.Read(1);
        foreach (var fault in reader.Faults) yield return fault with { Field = $"{field}.sql, {fault.Field}" };
        if (reader.Faults.Count == 0 && statements.Count != 1)
            yield return new($"{field}.sql", $"it holds {statements.Count} statements", "Give one");
        else if (statements is [{ Parameters: [var name, ..] }])
            yield return new($"{field}.sql", $"it has a parameter, {name}", "Give a query without parameters: it runs once");
    }

    private static IEnumerable<InputFault> Within(string field, ParameterFile parameter)
    {
        if (parameter.Within is not { } outer) yield break;
        if (ParameterName.Split(outer.TrimStart(':')).Column.Length == 0)
            yield return new($"{field}.within", $"'{StatementReader.Short(outer)}' names no column",
                "Write it such as \"customer.region\"");
        if (parameter.Order == RowOrder.Sequential)
            yield return new($"{field}.order", "rows within others are drawn", "Leave it out");
    }

    private static string Short(Literal? literal) => StatementReader.Short(literal?.Text ?? "");
}
