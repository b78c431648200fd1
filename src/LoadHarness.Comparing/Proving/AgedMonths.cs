using LoadHarness.Comparing.Arms;
using LoadHarness.Postgres;

namespace LoadHarness.Comparing.Proving;

/// <summary>
/// ER-5, its other reading: bytes of sends and activities after the older half of the months went, by dropped partitions on the optimized
/// schema, by DELETE and VACUUM on the base schema. It changes the copies that it works on.
/// </summary>
internal static class AgedMonths
{
    private const int KeptDays = 365;

    private static readonly string[] Tables = ["email_sends", "lead_activities"];

    private const string Bytes =
        """
        select sum(pg_total_relation_size(c.oid))::bigint
        from pg_class c
        where c.relkind = 'r' and coalesce(pg_partition_root(c.oid), c.oid) = any (array['email_sends', 'lead_activities']::regclass[])
        """;

    public static async Task<double> OptimizedAsync(CrmArm server, CancellationToken cancellationToken)
    {
        await using var connection = await server.Admin.OpenConnectionAsync(cancellationToken);
        foreach (var table in Tables)
            await connection.ExecuteAsync("select apply_retention($1, $2, 'drop')", cancellationToken, table, KeptDays);
        return await connection.ScalarAsync<long>(Bytes, cancellationToken);
    }

    // What autovacuum would do within the hour: it is off while arms are measured.
    public static async Task<double> CarefulAsync(CrmArm server, CancellationToken cancellationToken)
    {
        await using var connection = await server.Admin.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            "delete from email_sends where created_at < date_trunc('month', now() - make_interval(days => $1))", cancellationToken,
                KeptDays);
        await connection.ExecuteAsync(
            "delete from lead_activities where created_at < date_trunc('month', now() - make_interval(days => $1))", cancellationToken,
                KeptDays);
        await connection.ExecuteAsync("vacuum email_sends, lead_activities", cancellationToken);
        return await connection.ScalarAsync<long>(Bytes, cancellationToken);
    }
}
