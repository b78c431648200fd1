using LoadHarness.Postgres.Jobs;

namespace LoadHarness.Checks.Verification;

/// <summary>One requirement as a query of <c>sql/checks</c>, asked in a transaction that is rolled back.</summary>
/// <param name="Sql">One row: verdict (met, missed, inconclusive, unavailable), evidence, figure, limit, unit.</param>
/// <param name="Setup">Statements before it; one that fails makes the verdict missed, with the error as its evidence.</param>
/// <param name="Needs">A relation without which the requirement cannot be judged; null for none.</param>
/// <param name="Remedy">How to get it.</param>
/// <param name="ActsAsOwner">Whether it writes, or calls what writes, so that on a cluster it must be one role throughout.</param>
internal sealed record SqlCheck(
    string Id, string Sql, IReadOnlyList<string> Setup, string? Needs, string? Remedy, bool ActsAsOwner)
{
    /// <summary>How long each statement's answer is waited for.</summary>
    public int TimeoutSeconds { get; init; } = CheckRunner.TimeoutSeconds;

    public static IReadOnlyList<SqlCheck> Shipped { get; } = [.. SqlFile.ReadFolder("id", SqlFile.Shipped("checks")).Select(From)];

    private static SqlCheck From(SqlEntry entry) => new(
        entry.Name,
        entry.Statements[^1],
        [.. entry.Headers.ContainsKey("tenant") ? Tenant.Setup : [], .. entry.Statements.SkipLast(1)],
        entry.Headers.GetValueOrDefault("needs"),
        entry.Headers.GetValueOrDefault("needs") == "cron.job" ? JobScheduler.Remedy : entry.Headers.GetValueOrDefault("remedy"),
        entry.Headers.ContainsKey("tenant") || entry.Headers.ContainsKey("role"));
}

/// <summary>An index that must be in the catalog, valid, and used by the plan of the query it is for.</summary>
/// <param name="Pattern">Regular expression on the definition, as pg_get_indexdef prints it.</param>
internal sealed record ExpectedIndex(string Id, string Table, string Pattern, string Query)
{
    public static IReadOnlyList<ExpectedIndex> Shipped { get; } =
    [
        .. SqlFile.Read("id", SqlFile.Shipped("checks", "indexes", "indexes.sql"))
            .Select(entry => new ExpectedIndex(entry.Name, entry.Values["table"], entry.Headers["definition"], entry.Statements[0])),
    ];
}
