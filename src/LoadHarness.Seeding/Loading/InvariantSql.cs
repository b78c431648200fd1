namespace LoadHarness.Seeding.Loading;

/// <summary>The queries behind <see cref="SeedInvariants"/>; each reads a table once.</summary>
internal static class InvariantSql
{
    public const string OutsideWindow =
        """
        select (select count(*) from leads where created_at < $1 or updated_at < created_at or updated_at >= $2)
             + (select count(*) from email_sends
                 where created_at < $1 or coalesce(clicked_at, opened_at, delivered_at, sent_at, created_at) >= $2)
             + (select count(*) from lead_activities where created_at < $1 or created_at >= $2)
        """;

    // $1: the leads of each workspace, in the order of their ids.
    public const string WorkspacesWithTheirShare =
        """
        select count(*)
        from unnest($1::bigint[]) with ordinality as plan (leads, id)
        join (select workspace_id, count(*) as leads from leads group by workspace_id) as found on found.workspace_id = plan.id
        where found.leads = plan.leads and (select max(workspace_id) from leads) = cardinality($1)
        """;

    public static readonly (string Name, string Query)[] NoRows =
    [
        ("e-mail addresses are lower-case and hold one @",
         "select count(*) from leads where email <> lower(email) or email not like '%_@_%.example'"),
        ("e-mail addresses are unique in a workspace",
         "select count(*) - count(distinct (workspace_id, email)) from leads where id % 64 = 0"),
        ("sends follow their campaign, and each step the one before",
         """
         select count(*) from email_sends
         where sent_at < created_at or delivered_at < sent_at or opened_at < delivered_at or clicked_at < opened_at
            or bounced_at < sent_at or unsubscribed_at < opened_at or complained_at < opened_at
         """),
        ("no activity precedes its lead",
         """
         select count(*) from lead_activities a
         join leads l on l.workspace_id = a.workspace_id and l.id = a.lead_id
         where a.lead_id % 64 = 0 and a.created_at < l.created_at
         """),
        ("no send goes to another address or workspace than its lead's",
         """
         select count(*) from email_sends s left join leads l on l.workspace_id = s.workspace_id and l.id = s.lead_id
         where s.lead_id % 64 = 0
           and (l.id is null or l.workspace_id <> s.workspace_id or l.email <> s.email or s.created_at < l.created_at)
         """),
        ("no lead gets a campaign twice",
         "select count(*) - count(distinct (campaign_id, lead_id)) from email_sends where lead_id % 64 = 0"),
    ];

    public static readonly (string Name, double Low, double High, string Query)[] Shares =
    [
        ("share of active leads", 0.86, 0.90, "select count(*) filter (where status = 'active')::float8 / count(*) from leads"),
        ("sends a lead", 1.3, 1.7, "select (select count(*) from email_sends)::float8 / (select count(*) from leads)"),
        ("activities a lead", 1.8, 2.3, "select (select count(*) from lead_activities)::float8 / (select count(*) from leads)"),
        ("share of opened or clicked among sends", 0.28, 0.48, "select count(opened_at)::float8 / count(*) from email_sends"),
        ("share of leads with a non-ASCII name", 0.05, 0.5,
            "select count(*) filter (where octet_length(name) > length(name))::float8 / count(*) from leads"),
    ];
}
