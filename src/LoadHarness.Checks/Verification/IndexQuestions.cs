namespace LoadHarness.Checks.Verification;

/// <summary>IX-1..8. The workspace asked for is the largest one; the plan is asked for with its typical values.</summary>
internal static class IndexQuestions
{
    public static IReadOnlyList<ExpectedIndex> All { get; } =
    [
        new("IX-1", "leads", @"USING btree \(workspace_id, status, email\)",
            "select id from leads where workspace_id = 1 and status = 'bounced' order by email limit 50"),
        new("IX-2", "leads", @"USING btree \(workspace_id, created_at DESC, id DESC\)$",
            "select id from leads where workspace_id = 1 order by created_at desc, id desc limit 50"),
        new("IX-3", "leads", @"USING hash \(email\)", "select id from leads where email = 'nobody@example.com'"),
        new("IX-4", "leads", @"USING gin \(.*tags", "select id from leads where workspace_id = 1 and tags @> array['no such tag']"),
        new("IX-4", "leads", @"USING gin \(.*custom_fields",
            "select id from leads where workspace_id = 1 and custom_fields @> '{\"no such field\": 1}'"),
        new("IX-5", "leads", @"WHERE \(status = 'active'",
            "select id from leads where workspace_id = 1 and status = 'active' order by created_at desc, id desc limit 50"),
        new("IX-5", "leads", @"WHERE \(status = 'unsubscribed'",
            "select id from leads where workspace_id = 1 and status = 'unsubscribed' order by updated_at desc, id desc limit 50"),
        new("IX-6", "campaigns", @"\(workspace_id, status, created_at",
            "select id from campaigns where workspace_id = 1 and status = 'sent' order by created_at desc limit 50"),
        new("IX-7", "email_sends", @"\(workspace_id, campaign_id, status, created_at",
            "select id from email_sends where workspace_id = 1 and campaign_id = 1 and status = 'bounced' order by created_at desc limit 50"),
        new("IX-8", "lead_activities", @"\(workspace_id, lead_id, activity_type, created_at",
            "select id from lead_activities where workspace_id = 1 and lead_id = 1 and activity_type = 'opened' order by created_at desc limit 10"),
    ];
}
