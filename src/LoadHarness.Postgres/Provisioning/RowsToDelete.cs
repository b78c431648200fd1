using Npgsql;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>
/// What emptying a database for the seeder would delete: the tables that it fills, and every table that refers to one of them.
/// </summary>
/// <param name="Tables">Those that hold rows, with how many.</param>
/// <param name="MadeByTheHarness">A seeding is on record there: the rows are its own.</param>
public sealed record RowsToDelete(IReadOnlyList<(string Table, long Rows)> Tables, bool MadeByTheHarness)
{
    private static readonly string[] Roots = ["public.workspaces", "public.users", "public.leads"];

    public bool NeedsTheSecondWord => Tables.Count > 0 && !MadeByTheHarness;

    public static async Task<RowsToDelete> InAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var tables = await connection.TextsAsync(
            ProgramSql.Of("emptied-tables"), cancellationToken, new NpgsqlParameter { Value = Roots });
        var rows = new List<(string, long)>();
        foreach (var table in tables)
        {
            // The name comes quoted from the catalog.
            var count = await connection.ScalarAsync<long>($"select count(*) from {table}", cancellationToken);
            if (count > 0) rows.Add((table, count));
        }

        return new(rows, await IsSeededAsync(connection, cancellationToken));
    }

    public override string ToString() =>
        string.Join(", ", Tables.Select(entry => $"{entry.Table}: {entry.Rows:N0}"));

    private static async Task<bool> IsSeededAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await connection.ScalarAsync<bool>("select to_regclass('loadharness.seed_run') is not null", cancellationToken)
        && await connection.ScalarAsync<bool>("select exists (select 1 from loadharness.seed_run)", cancellationToken);
}
