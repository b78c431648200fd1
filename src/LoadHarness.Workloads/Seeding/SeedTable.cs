using LoadHarness.Core.Input;
using LoadHarness.Postgres;
using LoadHarness.Workloads.Format;
using LoadHarness.Workloads.Parameters;
using Npgsql;
using NpgsqlTypes;

namespace LoadHarness.Workloads.Seeding;

/// <summary>A table to fill, held against the database.</summary>
/// <param name="Name">As the server writes it, ready for a statement.</param>
internal sealed record SeedTable(string Name, long Rows, IReadOnlyList<SeedColumn> Columns)
{
    /// <param name="place">The entry of the file, for messages.</param>
    /// <returns>Null with all that is wrong.</returns>
    public static async Task<(SeedTable? Table, IReadOnlyList<string> Faults)> OfAsync(
        NpgsqlConnection connection, string place, SeedFile file, ulong seed, CancellationToken cancellationToken)
    {
        if (await NameAsync(connection, file.Table, cancellationToken) is not { } name)
            return (null, [$"{place}.table: there is no table {file.Table} in {connection.Database}. Create it in the set-up."]);
        var known = await ColumnsAsync(connection, name, cancellationToken);
        var faults = new List<string>();
        var columns = new List<SeedColumn>();
        foreach (var (column, generator) in file.Columns)
        {
            var field = $"{place}.columns.{column}";
            if (!known.TryGetValue(column, out var there))
                faults.Add($"{field}: {file.Table} has no such column. {Spelling.Advice(column, known.Keys)}.");
            else if (there.IsGenerated) faults.Add($"{field}: the server makes its value. Leave it out.");
            else if (there.Type.Wire == NpgsqlDbType.Unknown && !there.IsText)
                faults.Add($"{field}: columns of the type {there.Type.Name} cannot be seeded. Leave it out, and fill it in the set-up.");
            else if (Column(column, generator, there.Type, seed, out var fault) is { } made) columns.Add(made);
            else faults.Add($"{field}: {fault}. Change the generator.");
        }

        foreach (var missing in known.Where(column => column.Value.IsNeeded && !file.Columns.ContainsKey(column.Key)))
            faults.Add($"{place}.columns: {missing.Key} is not null and has no default. Add a generator for it.");
        if (file.Append != true && await HasRowsAsync(connection, name, cancellationToken))
            faults.Add($"{place}.table: {file.Table} holds rows. Empty it, or say \"append\": true to add to them.");
        return faults.Count == 0 ? (new(name, file.Rows.WholeNumber()!.Value, columns), []) : (null, faults);
    }

    private static SeedColumn? Column(string name, ParameterFile generator, ServerType type, ulong seed, out string? fault)
    {
        var source = SourceFactory.Create(generator, rows: null, seed);
        return BindingFactory.Create(source, "", type, out fault) is { } binding ? new(name, source, binding, type.Wire) : null;
    }

    private static async Task<string?> NameAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.ScalarAsync<string>(
                """
                select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where c.oid = to_regclass($1) and c.relkind in ('r', 'p')
                """, cancellationToken, table);
        }
        catch (PostgresException malformed) when (malformed.SqlState is "42601" or "42602" or "0A000")
        {
            return null;
        }
    }

    private static async Task<Dictionary<string, Known>> ColumnsAsync(
        NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        var columns = await connection.ListAsync(
            ProgramSql.Of("columns-to-seed"),
            row => (Name: row.GetString(0), Known: new Known(
                new(row.GetFieldValue<uint>(1), row.GetString(2), row.GetString(3)), row.GetBoolean(4), row.GetBoolean(5),
                row.GetBoolean(6))),
            cancellationToken, new NpgsqlParameter { Value = name, NpgsqlDbType = NpgsqlDbType.Unknown });
        return columns.ToDictionary(column => column.Name, column => column.Known, StringComparer.Ordinal);
    }

    private static Task<bool> HasRowsAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken) =>
        connection.ScalarAsync<bool>($"select exists (select 1 from {name})", cancellationToken);

    /// <param name="IsText">Its binary form is its text, though it is no text to the driver.</param>
    private sealed record Known(ServerType Type, bool IsGenerated, bool IsNeeded, bool IsText);
}
