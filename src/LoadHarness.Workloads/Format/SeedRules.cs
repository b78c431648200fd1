using LoadHarness.Core.Input;

namespace LoadHarness.Workloads.Format;

/// <summary>What a table to fill may say. Whether the table and its columns are there is the database's to say.</summary>
internal static class SeedRules
{
    public const long MostRows = 10_000_000_000;

    public static IEnumerable<InputFault> Faults(Workload workload)
    {
        var tables = workload.File.Seed ?? [];
        for (var i = 0; i < tables.Count; i++)
        {
            var (field, table) = ($"seed[{i}]", tables[i]);
            if (table.Rows.WholeNumber() is not (>= 1 and <= MostRows))
                yield return new($"{field}.rows", $"it is '{table.Rows}'",
                    $"Allowed: a whole number from 1 to {MostRows}, such as 5000 or \"5M\"");
            if (string.IsNullOrWhiteSpace(table.Table)) yield return new($"{field}.table", "it is empty", "Name a table");
            if (table.Columns.Count == 0) yield return new($"{field}.columns", "there is none", "Give at least one");
            foreach (var (column, generator) in table.Columns)
            {
                var place = $"{field}.columns.{column}";
                if (generator.Kind is ParameterKind.Expression || ParameterRules.HasColumns(generator.Kind))
                    yield return new($"{place}.kind", $"{ParameterRules.Word(generator.Kind)} is for parameters",
                        "Allowed: the other kinds");
                else
                    foreach (var fault in ParameterRules.Faults(place, generator)) yield return fault;
            }
        }
    }
}
