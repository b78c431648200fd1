using LoadHarness.Postgres.Copying;

namespace LoadHarness.Seeding.Rows;

/// <summary>Rows of <c>email_sends</c>.</summary>
internal sealed class SendEncoder(LeadDraws leads, SendDraws sends) : IRowEncoder
{
    /// <summary>Ids of a lead's sends and activities start at this times its id.</summary>
    public const long IdsPerLead = 16;

    private static readonly byte[][] StatusWords =
        ["sent"u8.ToArray(), "delivered"u8.ToArray(), "opened"u8.ToArray(), "clicked"u8.ToArray(), "bounced"u8.ToArray(),
         "unsubscribed"u8.ToArray(), "complained"u8.ToArray(), "failed"u8.ToArray()];

    public string Table => "email_sends";

    public IReadOnlyList<SeedColumn> Columns { get; } =
    [
        new("id", "bigint"), new("workspace_id", "bigint"), new("campaign_id", "bigint"), new("lead_id", "bigint"), new("email", "text"),
            new("status", "text"),
        new("provider_id", "text"), .. new[] { "sent_at", "delivered_at", "opened_at", "clicked_at", "bounced_at", "unsubscribed_at",
            "complained_at" }
            .Select(name => new SeedColumn(name, "timestamp with time zone")),
        new("error_message", "text"), new("created_at", "timestamp with time zone"),
    ];

    public void Encode(long workspace, long lead, CopyBuffer buffer)
    {
        Span<SendRow> rows = stackalloc SendRow[SendDraws.MostPerLead];
        Span<byte> email = stackalloc byte[LeadDraws.LongestEmail];
        var count = sends.Fill(workspace, lead, rows);
        if (count == 0)
            return;
        email = email[..leads.WriteEmail(lead, email)];
        for (var i = 0; i < count; i++)
            EncodeRow(workspace, lead, (lead * IdsPerLead) + i, email, rows[i], buffer);
    }

    private void EncodeRow(long workspace, long lead, long id, ReadOnlySpan<byte> email, in SendRow send, CopyBuffer buffer)
    {
        buffer.BeginRow((short)Columns.Count);
        buffer.Number(id);
        buffer.Number(workspace);
        buffer.Number(SeedPlan.CampaignId(workspace, send.Campaign));
        buffer.Number(lead);
        buffer.Text(email);
        buffer.Text(StatusWords[(int)send.Outcome]);
        ProviderId(id, send, buffer);
        buffer.NumberOrNull(send.SentAt);
        buffer.NumberOrNull(send.DeliveredAt);
        buffer.NumberOrNull(send.OpenedAt);
        buffer.NumberOrNull(send.ClickedAt);
        buffer.NumberOrNull(send.BouncedAt);
        buffer.NumberOrNull(send.UnsubscribedAt);
        buffer.NumberOrNull(send.ComplainedAt);
        Error(send.Outcome, buffer);
        buffer.Number(send.CreatedAt);
        buffer.EndRow();
    }

    private static void ProviderId(long id, in SendRow send, CopyBuffer buffer)
    {
        if (send.SentAt is null)
        {
            buffer.Null();
            return;
        }

        var field = buffer.BeginField();
        buffer.Raw("msg-"u8);
        buffer.Digits(id);
        buffer.EndField(field);
    }

    private static void Error(SendOutcome outcome, CopyBuffer buffer)
    {
        if (outcome == SendOutcome.Bounced)
            buffer.Text("550 5.1.1 mailbox unavailable"u8);
        else if (outcome == SendOutcome.Failed)
            buffer.Text("provider timed out"u8);
        else
            buffer.Null();
    }
}
