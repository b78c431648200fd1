using LoadHarness.Core;
using LoadHarness.Seeding.Rows;
using Npgsql;

namespace LoadHarness.Seeding.Loading;

/// <summary>Checks that the tables are there with the columns and types that the rows are encoded for.</summary>
internal static class SchemaFitCheck
{
    public static async Task CheckAsync(NpgsqlConnection connection, IEnumerable<IRowEncoder> encoders, CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        foreach (var encoder in encoders)
            faults.AddRange(await FaultsAsync(connection, encoder, cancellationToken));
        if (faults.Count > 0)
            throw new HarnessException(
                $"The schema does not fit the seeder: {string.Join("; ", faults)}. "
                    + "Apply the schema first (the verb migrate, or sql/schema.sql), then seed.");
    }

    private static async Task<IEnumerable<string>> FaultsAsync(
        NpgsqlConnection connection, IRowEncoder encoder, CancellationToken cancellationToken)
    {
        var found = await connection.ListAsync(
            """
            select attname, format_type(atttypid, atttypmod)
            from pg_attribute
            where attrelid = to_regclass('public.' || $1) and attnum > 0 and not attisdropped
            """,
            row => new SeedColumn(row.GetString(0), row.GetString(1)),
            cancellationToken,
            encoder.Table);
        var types = found.ToDictionary(column => column.Name, column => column.Type, StringComparer.Ordinal);
        return found.Count == 0
            ? [$"there is no table {encoder.Table}"]
            : encoder.Columns.Where(column => types.GetValueOrDefault(column.Name) != column.Type)
                .Select(column =>
                    $"{encoder.Table}.{column.Name} is {types.GetValueOrDefault(column.Name) ?? "missing"}, not {column.Type}");
    }
}
