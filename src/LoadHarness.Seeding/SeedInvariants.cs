using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Progress;
using LoadHarness.Seeding.Loading;
using Npgsql;

namespace LoadHarness.Seeding;

/// <summary>What must hold of seeded rows before anything is measured on them, checked on the rows themselves.</summary>
internal sealed class SeedInvariants(NpgsqlConnection connection, SeedPlan plan, SeedCalendar calendar, ICountedTask task)
{
    public async Task<IReadOnlyList<InvariantCheck>> CheckAsync(
        IReadOnlyDictionary<string, long> loadedRows, CancellationToken cancellationToken)
    {
        var checks = new List<InvariantCheck>();
        foreach (var (table, rows) in loadedRows)
            checks.Add(await EqualAsync($"{table} holds what was loaded", rows, $"select count(*) from {table}", cancellationToken));
        checks.Add(await SizesAsync(cancellationToken));
        foreach (var (name, query) in InvariantSql.NoRows)
            checks.Add(await EqualAsync(name, 0, query, cancellationToken));
        checks.Add(await EqualAsync("every time lies inside the 24 months", 0, InvariantSql.OutsideWindow, cancellationToken,
            SeedCalendar.Utc(calendar.MonthStart(0)), SeedCalendar.Utc(calendar.End)));
        checks.Add(await EqualAsync("no row is in a default partition", 0, await DefaultPartitionsAsync(cancellationToken),
            cancellationToken));
        foreach (var share in SeededShare.Of(plan))
            checks.Add(await ShareAsync(share, loadedRows[share.Table], cancellationToken));
        return checks;
    }

    public static void ThrowIfBroken(IReadOnlyList<InvariantCheck> checks)
    {
        var broken = checks.Where(check => !check.Holds).Select(check => $"{check.Name} ({check.Evidence})").ToArray();
        if (broken.Length > 0)
            throw new HarnessException($"The seeded rows are not what they should be: {string.Join("; ", broken)}. Seed again into an "
                + $"empty database; if it happens again, report it with the seed and the number of contacts.");
    }

    private Task<InvariantCheck> SizesAsync(CancellationToken cancellationToken) => plan.Spread.IsOne()
        ? EqualAsync("the primary workspace holds the contacts asked for (SC-1)", plan.Contacts,
            "select count(*) from leads where workspace_id = 1", cancellationToken)
        : EqualAsync($"every workspace holds its share of the leads, {plan.Spread.Words()}", plan.Sizes.Count,
            InvariantSql.WorkspacesWithTheirShare,
            cancellationToken, plan.Sizes.ToArray());

    private async Task<InvariantCheck> EqualAsync(
        string name, long expected, string query, CancellationToken cancellationToken, params object[] parameters)
    {
        var found = await connection.ScalarAsync<long>(query, cancellationToken, parameters);
        task.Advance(1);
        return new(name, found == expected, $"{found} rows, expected {expected}");
    }

    private async Task<InvariantCheck> ShareAsync(SeededShare share, long rows, CancellationToken cancellationToken)
    {
        var found = await connection.ScalarAsync<double>(share.Query, cancellationToken);
        task.Advance(1);
        var (low, high) = share.Bounds.At(rows);
        return new(share.Name, found >= low && found <= high, $"{found:0.0000}, expected {low:0.0000} to {high:0.0000}");
    }

    private async Task<string> DefaultPartitionsAsync(CancellationToken cancellationToken)
    {
        var names = await connection.TextsAsync(
            "select oid::regclass::text from pg_class where relispartition and relkind = 'r' and relnamespace = 'public'::regnamespace "
                + "and pg_get_expr(relpartbound, oid) = 'DEFAULT'",
            cancellationToken);
        return names.Count == 0 ? "select 0::bigint"
            : $"select sum(n)::bigint from ({string.Join(" union all ", names.Select(name => $"select count(*) as n from {name}"))}) as "
                + $"rows";
    }
}
