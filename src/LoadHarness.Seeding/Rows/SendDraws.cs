using LoadHarness.Core.Statistics;
namespace LoadHarness.Seeding.Rows;

/// <summary>
/// The sends of a lead: which campaigns after its sign-up reached it, and what became of each. Safe for concurrent callers.
/// </summary>
internal sealed class SendDraws(ulong seed, LeadDraws leads, SeedPlan plan)
{
    public const int MostPerLead = 6;

    // Mean 1.55; late sign-ups find fewer campaigns to come, which leaves about 1.5 a lead.
    private static readonly AliasTable CountOf = new([29, 28, 19, 12, 7, 3, 2]);

    // Of mail to an active lead; rates as senders of permission-based mail report them.
    private static readonly AliasTable OutcomeOf = new([20, 610, 260, 85, 15, 10]);
    private static readonly SendOutcome[] Outcomes =
        [SendOutcome.Sent, SendOutcome.Delivered, SendOutcome.Opened, SendOutcome.Clicked, SendOutcome.Bounced, SendOutcome.Failed];

    // What ended the list membership of leads that are no longer active, in the order of the status words.
    private static readonly SendOutcome[] LastOutcomes =
        [SendOutcome.Delivered, SendOutcome.Unsubscribed, SendOutcome.Bounced, SendOutcome.Complained];

    private readonly FieldDraw _count = FieldDraw.Of(seed, "email_sends", "count");
    private readonly FieldDraw _campaign = FieldDraw.Of(seed, "email_sends", "campaign");
    private readonly FieldDraw _outcome = FieldDraw.Of(seed, "email_sends", "outcome");
    private readonly FieldDraw _delay = FieldDraw.Of(seed, "email_sends", "delay");
    private readonly CampaignTimes _times = new(seed, leads.Calendar, plan);

    public long CampaignTime(long workspace, int index) => _times.Of(workspace)[index];

    /// <param name="target">At least <see cref="MostPerLead"/> places; filled in order of time.</param>
    /// <returns>Sends drawn.</returns>
    public int Fill(long workspace, long lead, Span<SendRow> target)
    {
        var times = _times.Of(workspace);
        var first = FirstAfterSignUp(workspace, lead, times);
        Span<int> campaigns = stackalloc int[MostPerLead];
        var count = PickCampaigns(lead, first, times.Length, campaigns);
        var status = leads.Status(lead);
        for (var i = 0; i < count; i++)
        {
            var last = status != 0 && i == count - 1;
            var outcome = last ? LastOutcomes[status] : Outcomes[OutcomeOf.Pick(_outcome.At(lead, i))];
            target[i] = Timeline(campaigns[i], times[campaigns[i]], outcome, _delay.At(lead, i));
        }

        return count;
    }

    private int FirstAfterSignUp(long workspace, long lead, ReadOnlySpan<long> times)
    {
        var createdAt = leads.CreatedAt(lead, out var month);
        var first = month * SeedPlan.CampaignsPerMonth(workspace);
        while (first < times.Length && times[first] < createdAt)
            first++;
        return first;
    }

    // Draws that repeat a campaign are dropped: a lead gets a campaign once.
    private int PickCampaigns(long lead, int first, int end, Span<int> campaigns)
    {
        var wanted = first < end ? CountOf.Pick(_count.At(lead)) : 0;
        var count = 0;
        for (var i = 0; i < wanted; i++)
        {
            var campaign = first + (int)FieldDraw.Below(_campaign.At(lead, i), (uint)(end - first));
            if (!campaigns[..count].Contains(campaign))
                campaigns[count++] = campaign;
        }

        campaigns[..count].Sort();
        return count;
    }

    // Sent within half an hour of the enqueueing, delivered within a minute, opened within two days, clicked within an hour of that. The
    // delay of an open is in proportion to the square of an even draw: a seventh opens in the first hour, half in the first twelve.
    private SendRow Timeline(int campaign, long createdAt, SendOutcome outcome, ulong draw)
    {
        var next = SplitMix64.Mix(draw);
        var sent = createdAt + SeedCalendar.Second + FieldDraw.Below(draw, (uint)(30 * SeedCalendar.Minute));
        var delivered = sent + SeedCalendar.Second + FieldDraw.Below(next, (uint)SeedCalendar.Minute);
        UInt128 patience = FieldDraw.Below(SplitMix64.Mix(next), 1 << 16);
        // The product has 70 bits.
        var opened = delivered + SeedCalendar.Second + (long)((patience * patience * (ulong)(2 * SeedCalendar.Day)) >> 32);
        var clicked = opened + SeedCalendar.Second + FieldDraw.Below(SplitMix64.Mix(next + 1), (uint)SeedCalendar.Hour);
        var calendar = leads.Calendar;
        return new(campaign, outcome, createdAt, calendar.Clamp(sent), calendar.Clamp(delivered), calendar.Clamp(opened),
            calendar.Clamp(clicked));
    }
}
