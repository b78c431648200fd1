using LoadHarness.Core.Words;
using LoadHarness.Postgres.Migration;
using Npgsql;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>
/// What emptying a database for the seeder would delete: the tables that it fills, and every table that refers to one of them.
/// </summary>
/// <param name="Tables">
/// Those that hold rows, with how many; null where row security hides rows from this login, which deletes those as well.
/// </param>
/// <param name="MadeByTheHarness">A seeding is on record there: the rows are its own, but for <paramref name="Others"/>.</param>
/// <param name="Others">What people added after it, in words: workspaces, and rows of their own tables.</param>
public sealed record RowsToDelete(IReadOnlyList<(string Table, long? Rows)> Tables, bool MadeByTheHarness, IReadOnlyList<string> Others)
{
    private static readonly string[] Roots = ["public.workspaces", "public.users", "public.leads"];

    public bool NeedsTheSecondWord => Tables.Count > 0 && (!MadeByTheHarness || Others.Count > 0);

    public static async Task<RowsToDelete> InAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var found = await CountAsync(connection, cancellationToken);
        // Rows of the schema's own tables are of a workspace, a user or a lead: where there is none of these, none are hidden either.
        if (!found.Any(table => table.IsRoot)) found = [.. found.Where(table => !table.Own || table.Rows is not null)];
        var seeded = await IsSeededAsync(connection, cancellationToken);
        var others = found.Where(table => !table.Own).Select(table => table.Rows is { } rows
            ? $"{Format.Counted(rows, "row")} of {table.Name}"
            : $"an unknown number of rows of {table.Name}, which row security hides").ToList();
        if (seeded && found.FirstOrDefault(table => table.IsOneOf(Roots[0])) is { } workspaces)
            others.AddRange(await WorkspacesOfOthersAsync(connection, workspaces, cancellationToken));
        return new([.. found.Select(table => (table.Name, table.Rows))], seeded, others);
    }

    public override string ToString() =>
        string.Join(", ", Tables.Select(entry => $"{entry.Table}: {entry.Rows?.ToString("N0") ?? "unknown (row security)"}"))
            + (MadeByTheHarness && Others.Count > 0 ? $"; made by others: {string.Join(", ", Others)}" : "");

    /// <summary>The tables that hold rows, or may.</summary>
    private static async Task<List<Counted>> CountAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var tables = await connection.ListAsync(
            ProgramSql.Of("emptied-tables"), row => (Name: row.GetString(0), Own: row.GetBoolean(1), Hides: row.GetBoolean(2)),
            cancellationToken, Roots, MigrationFiles.Read().Tables.ToArray());
        var found = new List<Counted>();
        foreach (var (name, own, hides) in tables)
        {
            // The name comes quoted from the catalog.
            long? rows = hides ? null : await connection.ScalarAsync<long>($"select count(*) from {name}", cancellationToken);
            if (rows is not 0) found.Add(new(name, own, rows));
        }

        return found;
    }

    private static async Task<IEnumerable<string>> WorkspacesOfOthersAsync(
        NpgsqlConnection connection, Counted workspaces, CancellationToken cancellationToken)
    {
        if (workspaces.Rows is null) return ["an unknown number of workspaces, which row security hides"];
        var count = await connection.ScalarAsync<long>(ProgramSql.Of("workspaces-of-others"), cancellationToken);
        return count > 0 ? [Format.Counted(count, "workspace")] : [];
    }

    private static async Task<bool> IsSeededAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await connection.ScalarAsync<bool>("select to_regclass('loadharness.seed_run') is not null", cancellationToken)
        && await connection.ScalarAsync<bool>("select exists (select 1 from loadharness.seed_run)", cancellationToken);

    /// <param name="Name">Quoted, with its schema where the search path does not find it.</param>
    private sealed record Counted(string Name, bool Own, long? Rows)
    {
        public bool IsRoot => Own && Roots.Any(IsOneOf);

        public bool IsOneOf(string root) => Own && (Name == root || $"public.{Name}" == root);
    }
}
