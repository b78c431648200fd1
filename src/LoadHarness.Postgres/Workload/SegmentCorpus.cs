namespace LoadHarness.Postgres.Workload;

/// <summary>
/// The complex conditions that the segmentation scenario counts and fetches (TQ-3): wide and narrow ones, every kind of field, and/or/not.
/// </summary>
public static class SegmentCorpus
{
    public static IReadOnlyList<string> Conditions { get; } =
    [
        """{"field":"tags","operator":"contains","value":"newsletter"}""",
        """
        {"and":[{"field":"tags","operator":"contains","value":"customer"},
            {"field":"custom.plan","operator":"equals","value":"pro"},
            {"field":"status","operator":"equals","value":"active"}]}
        """,
        """
        {"and":[{"field":"tags","operator":"contains","value":"trial"},
            {"not":{"field":"tags","operator":"contains","value":"customer"}},
            {"field":"created_at","operator":"after","value":"2025-06-01"}]}
        """,
        """
        {"or":[{"field":"source","operator":"equals","value":"ads"},
            {"field":"source","operator":"equals","value":"referral"},
            {"and":[{"field":"tags","operator":"contains","value":"vip"},
                {"field":"custom.country","operator":"equals","value":"DE"}]}]}
        """,
        """
        {"and":[{"field":"custom.country","operator":"equals","value":"FR"},
            {"field":"custom.plan","operator":"equals","value":"enterprise"}]}
        """,
        """
        {"and":[{"field":"custom.score","operator":"greater_than","value":80},
            {"field":"status","operator":"equals","value":"active"},
            {"field":"tags","operator":"contains","value":"webinar"}]}
        """,
        """
        {"and":[{"field":"email","operator":"contains","value":"freemail"},
            {"field":"tags","operator":"contains","value":"lead-magnet"}]}
        """,
        """
        {"and":[{"field":"name","operator":"contains","value":"maria"},
            {"not":{"field":"status","operator":"equals","value":"unsubscribed"}}]}
        """,
        """
        {"and":[{"field":"created_at","operator":"after","value":"2026-01-01"},
            {"field":"created_at","operator":"before","value":"2026-02-01"},
            {"field":"source","operator":"in","value":["website","landing_page"]}]}
        """,
        """
        {"and":[{"or":[{"field":"custom.plan","operator":"equals","value":"starter"},
            {"field":"custom.plan","operator":"equals","value":"pro"}]},
            {"or":[{"field":"custom.country","operator":"equals","value":"GB"},
                {"field":"custom.country","operator":"equals","value":"US"}]},
            {"not":{"or":[{"field":"tags","operator":"contains","value":"churned"},
                {"field":"status","operator":"equals","value":"bounced"}]}}]}
        """,
        """
        {"and":[{"field":"custom.newsletter_opt_in","operator":"equals","value":true},
            {"field":"tags","operator":"contains","value":"event"},
            {"field":"custom.lifetime_value","operator":"exists","value":true}]}
        """,
        """
        {"and":[{"field":"company","operator":"starts_with","value":"s"},
            {"field":"tags","operator":"contains","value":"partner"},
            {"field":"custom.score","operator":"less_than","value":20}]}
        """,
    ];
}
