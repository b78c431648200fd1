namespace LoadHarness.Seeding.Rows;

/// <summary>One send's timeline; which of the times apply follows from the outcome.</summary>
internal readonly record struct SendRow(
    int Campaign, SendOutcome Outcome, long CreatedAt, long Sent, long Delivered, long Opened, long Clicked)
{
    public long? SentAt => Outcome == SendOutcome.Failed ? null : Sent;

    public long? DeliveredAt => Outcome is SendOutcome.Sent or SendOutcome.Failed or SendOutcome.Bounced ? null : Delivered;

    public long? OpenedAt => Outcome is SendOutcome.Opened or SendOutcome.Clicked or SendOutcome.Unsubscribed or SendOutcome.Complained
        ? Opened
        : null;

    public long? ClickedAt => Outcome is SendOutcome.Clicked or SendOutcome.Unsubscribed ? Clicked : null;

    public long? BouncedAt => Outcome == SendOutcome.Bounced ? Delivered : null;

    public long? UnsubscribedAt => Outcome == SendOutcome.Unsubscribed ? Clicked : null;

    public long? ComplainedAt => Outcome == SendOutcome.Complained ? Clicked : null;
}

internal enum SendOutcome
{
    Sent,
    Delivered,
    Opened,
    Clicked,
    Bounced,
    Unsubscribed,
    Complained,
    Failed,
}
