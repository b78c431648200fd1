using LoadHarness.Core.Statistics;
using LoadHarness.Postgres.Copying;

namespace LoadHarness.Seeding.Rows;

/// <summary>Rows of <c>lead_activities</c>: the sign-up, opens and clicks of the lead's sends, and visits. About two a lead.</summary>
internal sealed class ActivityEncoder(ulong seed, LeadDraws leads, SendDraws sends) : IRowEncoder
{
    private const int MostVisits = 3;

    private static readonly AliasTable VisitCount = new([72, 16, 8, 4]);
    private static readonly byte[] SignUp = "signup"u8.ToArray();
    private static readonly byte[] Opened = "email_opened"u8.ToArray();
    private static readonly byte[] Clicked = "email_clicked"u8.ToArray();
    private static readonly byte[] Visited = "page_view"u8.ToArray();
    private static readonly byte[] Submitted = "form_submitted"u8.ToArray();

    private readonly FieldDraw _visitCount = FieldDraw.Of(seed, "lead_activities", "visit count");
    private readonly FieldDraw _visit = FieldDraw.Of(seed, "lead_activities", "visit");

    public string Table => "lead_activities";

    public IReadOnlyList<SeedColumn> Columns { get; } =
    [
        new("id", "bigint"), new("workspace_id", "bigint"), new("lead_id", "bigint"), new("campaign_id", "bigint"),
            new("activity_type", "text"),
        new("metadata", "jsonb"), new("created_at", "timestamp with time zone"),
    ];

    // Ids run over the 16 places that a lead has: one sign-up, at most 6 opens, 6 clicks and 3 visits.
    public void Encode(long workspace, long lead, CopyBuffer buffer)
    {
        Span<SendRow> rows = stackalloc SendRow[SendDraws.MostPerLead];
        var id = lead * SendEncoder.IdsPerLead;
        var createdAt = leads.CreatedAt(lead, out _);
        Row(id++, workspace, lead, null, SignUp, createdAt, ReadOnlySpan<byte>.Empty, buffer);
        foreach (ref readonly var send in rows[..sends.Fill(workspace, lead, rows)])
        {
            var campaign = SeedPlan.CampaignId(workspace, send.Campaign);
            if (send.OpenedAt is { } opened)
                Row(id++, workspace, lead, campaign, Opened, opened, ReadOnlySpan<byte>.Empty, buffer);
            if (send.ClickedAt is { } clicked)
                Row(id++, workspace, lead, campaign, Clicked, clicked, "\"link\":"u8, buffer, id);
        }

        Visits(id, workspace, lead, createdAt, buffer);
    }

    private void Visits(long id, long workspace, long lead, long createdAt, CopyBuffer buffer)
    {
        var count = VisitCount.Pick(_visitCount.At(lead));
        for (var i = 0; i < count; i++)
        {
            var draw = _visit.At(lead, i);
            var at = createdAt + (long)(((UInt128)draw * (ulong)(leads.Calendar.End - createdAt)) >> 64);
            var kind = FieldDraw.Below(SplitMix64.Mix(draw), 10) < 8 ? Visited : Submitted;
            Row(id + i, workspace, lead, null, kind, at, "\"page\":"u8, buffer, FieldDraw.Below(SplitMix64.Mix(draw + 1), 50));
        }
    }

    private void Row(
        long id, long workspace, long lead, long? campaign, ReadOnlySpan<byte> kind, long createdAt, ReadOnlySpan<byte> key,
            CopyBuffer buffer, long value = 0)
    {
        buffer.BeginRow((short)Columns.Count);
        buffer.Number(id);
        buffer.Number(workspace);
        buffer.Number(lead);
        buffer.NumberOrNull(campaign);
        buffer.Text(kind);
        var field = buffer.BeginJson();
        buffer.Byte((byte)'{');
        if (!key.IsEmpty)
        {
            buffer.Raw(key);
            buffer.Digits(value);
        }

        buffer.Byte((byte)'}');
        buffer.EndField(field);
        buffer.Number(createdAt);
        buffer.EndRow();
    }
}
