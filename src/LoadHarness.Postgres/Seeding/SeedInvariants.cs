using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Postgres.Seeding.Loading;
using Npgsql;

namespace LoadHarness.Postgres.Seeding;

/// <summary>What must hold of seeded rows before anything is measured on them, checked on the rows themselves.</summary>
public sealed class SeedInvariants(NpgsqlConnection connection, SeedPlan plan, SeedCalendar calendar)
{
    public async Task<IReadOnlyList<InvariantCheck>> CheckAsync(
        IReadOnlyDictionary<string, long> loadedRows, CancellationToken cancellation)
    {
        var checks = new List<InvariantCheck>();
        foreach (var (table, rows) in loadedRows)
            checks.Add(await EqualAsync($"{table} holds what was loaded", rows, $"select count(*) from {table}", cancellation));
        checks.Add(await EqualAsync("the primary workspace holds the contacts asked for (SC-1)", plan.Contacts,
            "select count(*) from leads where workspace_id = 1", cancellation));
        foreach (var (name, query) in InvariantSql.NoRows)
            checks.Add(await EqualAsync(name, 0, query, cancellation));
        checks.Add(await EqualAsync("every time lies inside the 24 months", 0, InvariantSql.OutsideWindow, cancellation,
            SeedCalendar.Utc(calendar.MonthStart(0)), SeedCalendar.Utc(calendar.End)));
        checks.Add(await EqualAsync("no row is in a default partition", 0, await DefaultPartitionsAsync(cancellation), cancellation));
        foreach (var (name, low, high, query) in InvariantSql.Shares)
            checks.Add(await ShareAsync(name, low, high, query, cancellation));
        return checks;
    }

    public static void ThrowIfBroken(IReadOnlyList<InvariantCheck> checks)
    {
        var broken = checks.Where(check => !check.Holds).Select(check => $"{check.Name} ({check.Evidence})").ToArray();
        if (broken.Length > 0)
            throw new HarnessException($"The seeded rows are not what they should be: {string.Join("; ", broken)}. Seed again into an empty database; if it happens again, report it with the seed and the number of contacts.");
    }

    private async Task<InvariantCheck> EqualAsync(
        string name, long expected, string query, CancellationToken cancellation, params object[] parameters)
    {
        var found = await connection.ScalarAsync<long>(query, cancellation, parameters);
        return new(name, found == expected, FormattableString.Invariant($"{found} rows, expected {expected}"));
    }

    // A small workspace of a test may lie outside by chance: below 2,000 leads the shares are not judged.
    private async Task<InvariantCheck> ShareAsync(string name, double low, double high, string query, CancellationToken cancellation)
    {
        var share = await connection.ScalarAsync<double>(query, cancellation);
        var holds = plan.Leads < 2_000 || (share >= low && share <= high);
        return new(name, holds, FormattableString.Invariant($"{share:0.0000}, expected {low} to {high}"));
    }

    private async Task<string> DefaultPartitionsAsync(CancellationToken cancellation)
    {
        var names = await connection.TextsAsync(
            "select oid::regclass::text from pg_class where relispartition and relkind = 'r' and relnamespace = 'public'::regnamespace and pg_get_expr(relpartbound, oid) = 'DEFAULT'",
            cancellation);
        return names.Count == 0 ? "select 0::bigint"
            : $"select sum(n)::bigint from ({string.Join(" union all ", names.Select(name => $"select count(*) as n from {name}"))}) as rows";
    }
}
