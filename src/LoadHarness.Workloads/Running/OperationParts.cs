using System.Collections.Concurrent;
using LoadHarness.Workloads.Format;
using LoadHarness.Workloads.Parameters;
using LoadHarness.Workloads.Sql;

namespace LoadHarness.Workloads.Running;

/// <summary>What an operation has besides its statements: whose it is, and what it must answer.</summary>
internal static class OperationParts
{
    /// <param name="order">Of its draws.</param>
    public static CompiledOperation With(
        this CompiledOperation compiled, Workload workload, ParameterSources sources, List<string> order) => compiled with
        {
            Names = order,
            Tenant = TenantOf(compiled.Operation, workload, sources, order),
            Answer = workload.File.Answers?.GetValueOrDefault(compiled.Operation.Name) is { } file
            ? AnswerOf(file, $"answers.{compiled.Operation.Name}", sources, order)
            : AnswerCheck.None,
        };

    private static Func<long[], string>? TenantOf(
        NamedStatements operation, Workload workload, ParameterSources sources, List<string> order)
    {
        if (workload.TenantOf(operation) is not { } reference) return null;
        if (sources.Value(order, reference, "tenant.value") is not { } value) return null;
        // Texts that can be read as numbers are not theirs: 007 and 7 are two tenants.
        if (!value.IsNumber) return value.Text;
        // The same tenants are asked again and again: their text is made once.
        var known = new ConcurrentDictionary<long, string>();
        return drawn => known.GetOrAdd(
            value.Number(drawn)!.Value, static (_, one) => one.Value.Text(one.Drawn), (Value: value, Drawn: drawn));
    }

    private static AnswerCheck AnswerOf(AnswerFile file, string field, ParameterSources sources, List<string> order)
    {
        return new(
            file.AtLeast is { } least ? Value(least, "atLeast") : DrawnValue.Constant("0"),
            file.AtMost is { } most ? Value(most, "atMost") : null,
            [.. Columns(file.Equal, Comparison.Equal), .. Columns(file.Least, Comparison.Least), .. Columns(file.Most, Comparison.Most)]);

        IEnumerable<ColumnCheck> Columns(IReadOnlyDictionary<string, Literal>? wanted, Comparison comparison) =>
            (wanted ?? new Dictionary<string, Literal>()).Select(
                column => new ColumnCheck(column.Key, comparison, Value(column.Value, $"{comparison}.{column.Key}".ToLowerInvariant())));

        // What cannot be made is a fault already.
        DrawnValue Value(Literal literal, string part) => literal.IsReference
            ? sources.Value(order, literal.Text.TrimStart(':'), $"{field}.{part}") ?? DrawnValue.Constant("")
            : DrawnValue.Constant(literal.Text);
    }
}
