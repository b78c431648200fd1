using LoadHarness.Core.Measurement;
using Npgsql;

namespace LoadHarness.Seeding;

/// <summary>
/// The documented shapes as they came out in the primary workspace, the largest, for the report's pictures. Long tails are cut at 20
/// labels.
/// </summary>
internal static class SeedDistributions
{
    // A label and the number of rows behind it. Shares are of the leads, sends or activities looked at; large tables are looked at in part.
    private static readonly (string Name, string Query)[] Shapes =
    [
        ("Lead status", Count("select status as label from leads where workspace_id = 1", "count(*) desc, label")),
        ("Lead source", Count("select source as label from leads where workspace_id = 1", "count(*) desc, label")),
        ("Sign-ups by month", Count("select to_char(created_at at time zone 'UTC', 'YYYY-MM') as label from leads where workspace_id = 1",
            "label", 24)),
        ("Tags", Count("select unnest(tags) as label from leads where workspace_id = 1 and id <= 200000", "count(*) desc, label")),
        ("Tags a lead", Count("select cardinality(tags)::text as label from leads where workspace_id = 1 and id <= 200000", "label")),
        ("Companies", Count("select company as label from leads where workspace_id = 1 and id <= 200000 and company is not null",
            "count(*) desc, label")),
        ("E-mail domains", Count("select split_part(email, '@', 2) as label from leads where workspace_id = 1 and id <= 200000",
            "count(*) desc, label")),
        ("Script of names", Count(
            """
            select case when name is null then '(missing)' when name ~ '[А-я]' then 'Cyrillic'
                        when name ~ '[ぁ-ヿ一-龥]' then 'Han and kana'
                        when octet_length(name) > length(name) then 'Latin with marks' else 'Latin' end as label
            from leads where workspace_id = 1 and id <= 200000
            """, "count(*) desc, label")),
        ("Length of names", Count(
            "select lpad((length(name) / 10 * 10)::text, 3) || '+' as label from leads where workspace_id = 1 and id <= 200000 and name "
                + "is not null", "label", 30)),
        ("Custom field plan", Count("select coalesce(custom_fields ->> 'plan', '(missing)') as label from leads where workspace_id = 1 "
            + "and id <= 200000", "count(*) desc, label")),
        ("Custom field country", Count(
            "select coalesce(custom_fields ->> 'country', '(missing)') as label from leads where workspace_id = 1 and id <= 200000",
            "count(*) desc, label")),
        ("Custom field score", Count(
            """
            select coalesce(lpad((floor((custom_fields ->> 'score')::int / 10.0) * 10)::text, 3), '(missing)') as label
            from leads where workspace_id = 1 and id <= 200000
            """, "label")),
        ("Custom field opt-in", Count(
            "select coalesce(custom_fields ->> 'newsletter_opt_in', '(missing)') as label from leads where workspace_id = 1 and id <= "
                + "200000", "count(*) desc, label")),
        ("Send status", Count("select status as label from email_sends where workspace_id = 1 and lead_id <= 200000",
            "count(*) desc, label")),
        ("Sends by month", Count("select to_char(created_at at time zone 'UTC', 'YYYY-MM') as label from email_sends where workspace_id "
            + "= 1 and lead_id <= 200000", "label", 24)),
        ("Hours from delivery to open", Count(
            """
            select lpad(floor(extract(epoch from opened_at - delivered_at) / 3600)::text, 2) as label
            from email_sends where workspace_id = 1 and lead_id <= 200000 and opened_at is not null
            """, "label", 48)),
        ("Activity type", Count("select activity_type as label from lead_activities where workspace_id = 1 and lead_id <= 200000",
            "count(*) desc, label")),
    ];

    private static readonly (string Name, string Query) ByWorkspace =
        ("Leads by workspace", Count("select 'workspace ' || workspace_id as label from leads", "count(*) desc, label"));

    public static async Task<IReadOnlyList<DistributionSample>> ReadAsync(
        NpgsqlConnection connection, WorkspaceSpread spread, CancellationToken cancellationToken)
    {
        var samples = new List<DistributionSample>();
        foreach (var (name, query) in spread.IsOne() ? Shapes : [ByWorkspace, .. Shapes])
        {
            var rows = await connection.ListAsync(query, row => (Label: row.GetString(0), Share: row.GetDouble(1)), cancellationToken);
            samples.Add(new(name, [.. rows.Select(row => row.Label)], [.. rows.Select(row => row.Share)]));
        }

        return samples;
    }

    private static string Count(string labels, string order, int limit = 20) =>
        $"select label, count(*)::float8 / sum(count(*)) over () from ({labels}) as labels group by label order by {order} limit {limit}";
}
