namespace LoadHarness.Checks.Verification;

/// <summary>One requirement as a query, asked in a transaction that is rolled back.</summary>
/// <param name="Sql">One row: verdict (met, missed, inconclusive, unavailable), evidence, figure, limit, unit.</param>
/// <param name="Setup">Statements before it; one that fails makes the verdict missed, with the error as its evidence.</param>
/// <param name="WithTenant">Before the setup, a workspace with fifty leads and a campaign is made and is the session's.</param>
internal sealed record SqlCheck(string Id, string Sql, string[]? Setup = null, bool WithTenant = false);

/// <summary>An index that must be in the catalog, valid, and used by the plan of the query it is for.</summary>
/// <param name="Pattern">Regular expression on the definition, as pg_get_indexdef prints it.</param>
internal sealed record ExpectedIndex(string Id, string Table, string Pattern, string Query);

internal static class Tenant
{
    /// <summary>What a question about functions works on.</summary>
    public static string[] Setup { get; } =
    [
        "with made as (insert into workspaces (name) values ('verify') returning id) select set_config('app.workspace_id', id::text, true) from made",
        """
        insert into leads (workspace_id, email, name, company, source, tags, custom_fields, created_at)
        select current_setting('app.workspace_id')::bigint, 'verify' || g || '@example.com', 'Name ' || g, case when g <= 30 then 'Acme' else 'Other' end,
            'verify', case when g % 2 = 0 then array['vip'] else array['new'] end, jsonb_build_object('plan', case when g <= 10 then 'pro' else 'free' end),
            now() - make_interval(days => g)
        from generate_series(1, 50) g
        """,
        "insert into campaigns (workspace_id, name, subject) values (current_setting('app.workspace_id')::bigint, 'verify', 'verify')",
    ];

    public const string Workspace = "current_setting('app.workspace_id')::bigint";

    public const string Campaign = "(select max(id) from campaigns where workspace_id = current_setting('app.workspace_id')::bigint)";
}
