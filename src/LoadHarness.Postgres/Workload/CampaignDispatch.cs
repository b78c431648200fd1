namespace LoadHarness.Postgres.Workload;

/// <param name="Sent">
/// Marked sent by the workers of this dispatch; equal to <paramref name="Scheduled"/> when nobody else worked on the campaign.
/// </param>
public sealed record DispatchOutcome(long CampaignId, long Scheduled, long Sent, bool Completed);

/// <summary>Ids from the first to the last.</summary>
/// <param name="AtOnce">Ids that are scheduled in one transaction, at most.</param>
public readonly record struct LeadRange(long First, long Last, long AtOnce = LeadRange.UsuallyAtOnce)
{
    public const long UsuallyAtOnce = 50_000;

    /// <summary>
    /// Whether every transaction schedules to as many ids as it may, and the one that reaches the number of recipients goes past it. So a
    /// baseline that works otherwise can be told beforehand which leads a campaign goes to.
    /// </summary>
    public bool WholeChunks { get; init; }
}

/// <summary>A campaign as the application sends it: scheduled in chunks, claimed by several workers at once, marked sent (BF-3).</summary>
public static class CampaignDispatch
{
    /// <summary>
    /// Sends claimed at once: large enough that a claim's fixed cost is small, small enough that a lost worker loses little.
    /// </summary>
    private const int Claim = 5_000;

    public const string CreateStatement =
        "insert into campaigns (workspace_id, name, subject, status) values ($1, $2, $2, 'draft') returning id";
    public const string ScheduleStatement = """select total_scheduled from bulk_schedule_email_sends($2, $1, '"all"', $3, $4)""";
    public const string ClaimStatement = "select id, created_at, lead_id, email, claimed_at from claim_email_sends($1, $2, $3, $4)";
    public const string MarkStatement = "select mark_email_sends_sent($1, $2, $3, $4, $5, $6)";
    public const string CompleteStatement = "select complete_campaign($1, $2)";

    /// <param name="maxRecipients">As many, where there are so many; more only with <see cref="LeadRange.WholeChunks"/>.</param>
    /// <param name="leads">Ids to consider.</param>
    /// <param name="step">Measures a part of the dispatch under its name.</param>
    public static async Task<DispatchOutcome> RunAsync(
        TenantDatabase app, TenantDatabase worker, string name, long maxRecipients, LeadRange leads, int workers,
            Func<string, Func<Task>, Task> step, CancellationToken cancellationToken)
    {
        var campaign = await CreateAsync(app, name, cancellationToken);
        long scheduled = 0, sent = 0;
        await step("schedule", async () =>
            scheduled = await ScheduleAsync(app, campaign, maxRecipients, leads, workers, cancellationToken));
        await step("send", async () => sent = await SendAsync(worker, campaign, workers, cancellationToken));
        var completed = await worker.ScalarAsync<bool>(CompleteStatement, [campaign], cancellationToken);
        return new(campaign, scheduled, sent, completed);
    }

    public static Task<long> CreateAsync(TenantDatabase app, string name, CancellationToken cancellationToken) =>
        app.ScalarAsync<long>(CreateStatement, [name], cancellationToken);

    /// <summary>Schedules to the active leads in order of their ids, several chunks at once.</summary>
    /// <returns>Rows added.</returns>
    public static async Task<long> ScheduleAsync(
        TenantDatabase app, long campaign, long maxRecipients, LeadRange leads, int workers, CancellationToken cancellationToken)
    {
        var chunks = new RecipientChunks(maxRecipients, leads, workers);
        await Task.WhenAll(Enumerable.Range(0, workers).Select(async _ =>
        {
            while (chunks.Next() is { } chunk)
                chunks.Done(chunk, await app.ScalarAsync<long>(ScheduleStatement, [campaign, chunk.First, chunk.Last], cancellationToken));
        }));
        return chunks.Scheduled;
    }

    /// <summary>Claims and marks until nothing is pending.</summary>
    /// <returns>Sends marked sent.</returns>
    public static async Task<long> SendAsync(TenantDatabase worker, long campaign, int workers, CancellationToken cancellationToken)
    {
        var sent = await Task.WhenAll(
            Enumerable.Range(0, workers).Select(number => WorkAsync(worker, campaign, $"worker-{number}", cancellationToken)));
        return sent.Sum();
    }

    private static async Task<long> WorkAsync(TenantDatabase worker, long campaign, string name, CancellationToken cancellationToken)
    {
        long sent = 0;
        while (await ClaimAsync(worker, campaign, name, cancellationToken) is { Ids.Length: > 0 } claim)
            sent += await worker.ScalarAsync<long>(MarkStatement, [campaign, claim.Ids, $"{name}-", name, claim.At], cancellationToken);
        return sent;
    }

    private static async Task<(long[] Ids, DateTime At)> ClaimAsync(
        TenantDatabase worker, long campaign, string name, CancellationToken cancellationToken)
    {
        var ids = new List<long>(Claim);
        var at = default(DateTime);
        await using var connection = await worker.ConnectAsync(cancellationToken);
        await using var reader = await worker.QueryAsync(connection, ClaimStatement, [campaign, name, Claim], cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetInt64(0));
            at = reader.GetDateTime(4);
        }

        return ([.. ids], at);
    }
}
