using LoadHarness.Postgres;

namespace LoadHarness.Comparing.Proving;

/// <summary>
/// What imports and campaigns left behind, as a checksum of rows in order: the same on both arms, or their times say nothing.
/// </summary>
internal static class WrittenRows
{
    public const string CampaignName = "campaign-send baseline";

    private const string Leads =
        """
        select count(*) || ' leads '
            || md5(string_agg(md5(concat_ws('|', email, name, phone, company, position, source, status, tags::text, custom_fields::text)),
                '' order by email))
        from leads where workspace_id = $1
        """;

    // Sends of campaigns that are not seeded; the seeded ones are equal already.
    private const string Sends =
        """
        select count(*) || ' sends ' || md5(coalesce(string_agg(lead_id || s.email || s.status, '' order by lead_id, s.email), ''))
        from email_sends s
        join campaigns c on c.id = s.campaign_id
        where s.workspace_id = $1 and c.name like 'campaign-send %'
        """;

    /// <returns>What differs; null when nothing does.</returns>
    public static async Task<string?> DifferenceAsync(
        ProofArm optimized, ProofArm careful, string operation, CancellationToken cancellationToken)
    {
        var query = operation.EndsWith("/import", StringComparison.Ordinal) ? Leads : Sends;
        var (mine, theirs) = (await TextAsync(optimized, query, cancellationToken), await TextAsync(careful, query, cancellationToken));
        return mine == theirs ? null : $"{mine} on {optimized.Name}, {theirs} on {careful.Name}";
    }

    private static async Task<string?> TextAsync(ProofArm arm, string query, CancellationToken cancellationToken)
    {
        await using var connection = await arm.Server.Admin.OpenConnectionAsync(cancellationToken);
        return await connection.ScalarAsync<string>(query, cancellationToken, arm.Server.Seed.PrimaryWorkspaceId);
    }
}
