namespace LoadHarness.Checks.Verification;

/// <summary>What a check of functions works on: a workspace with fifty leads and a campaign, the session's own.</summary>
internal static class Tenant
{
    public const string Workspace = "current_setting('app.workspace_id')::bigint";

    public const string Campaign = "current_setting('app.campaign_id')::bigint";

    public static IReadOnlyList<string> Setup { get; } =
        SqlFile.Read("setup", SqlFile.Shipped("checks", "setup", "tenant.sql"))[0].Statements;
}
