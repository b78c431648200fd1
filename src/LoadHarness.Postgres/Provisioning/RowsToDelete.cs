using LoadHarness.Core.Words;
using LoadHarness.Postgres.Migration;
using Npgsql;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>
/// What emptying a database for the seeder would delete: the tables that it fills, and every table that refers to one of them.
/// </summary>
/// <param name="Tables">Those that hold rows, with how many.</param>
/// <param name="MadeByTheHarness">A seeding is on record there: the rows are its own, but for <paramref name="Others"/>.</param>
/// <param name="Others">What people added after it, in words: workspaces, and rows of their own tables.</param>
public sealed record RowsToDelete(IReadOnlyList<(string Table, long Rows)> Tables, bool MadeByTheHarness, IReadOnlyList<string> Others)
{
    private static readonly string[] Roots = ["public.workspaces", "public.users", "public.leads"];

    public bool NeedsTheSecondWord => Tables.Count > 0 && (!MadeByTheHarness || Others.Count > 0);

    public static async Task<RowsToDelete> InAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var tables = await connection.ListAsync(
            ProgramSql.Of("emptied-tables"), row => (Name: row.GetString(0), Own: row.GetBoolean(1)), cancellationToken,
            Roots, MigrationFiles.Read().Tables.ToArray());
        var rows = new List<(string, long)>();
        var others = new List<string>();
        foreach (var (table, own) in tables)
        {
            // The name comes quoted from the catalog.
            var count = await connection.ScalarAsync<long>($"select count(*) from {table}", cancellationToken);
            if (count > 0) rows.Add((table, count));
            if (count > 0 && !own) others.Add($"{Format.Counted(count, "row")} of {table}");
        }

        var seeded = await IsSeededAsync(connection, cancellationToken);
        var workspaces = seeded && rows.Any(entry => entry.Item1.EndsWith("workspaces", StringComparison.Ordinal))
            ? await connection.ScalarAsync<long>(ProgramSql.Of("workspaces-of-others"), cancellationToken)
            : 0;
        if (workspaces > 0) others.Add(Format.Counted(workspaces, "workspace"));
        return new(rows, seeded, others);
    }

    public override string ToString() =>
        string.Join(", ", Tables.Select(entry => $"{entry.Table}: {entry.Rows:N0}"))
            + (MadeByTheHarness && Others.Count > 0 ? $"; made by others: {string.Join(", ", Others)}" : "");

    private static async Task<bool> IsSeededAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await connection.ScalarAsync<bool>("select to_regclass('loadharness.seed_run') is not null", cancellationToken)
        && await connection.ScalarAsync<bool>("select exists (select 1 from loadharness.seed_run)", cancellationToken);
}
