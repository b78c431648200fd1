namespace LoadHarness.Seeding.Rows;

/// <summary>Campaigns as JSON objects: those that were sent, then a few that never were.</summary>
internal sealed class CampaignRows(ulong seed, SeedCalendar calendar, SendDraws sends)
{
    public const int TemplatesPerWorkspace = 5;

    private static readonly string[] UnsentStatuses = ["draft", "paused", "cancelled"];

    private readonly FieldDraw _subject = FieldDraw.Of(seed, "campaigns", "subject");
    private readonly FieldDraw _created = FieldDraw.Of(seed, "campaigns", "unsent created_at");
    private readonly IReadOnlyList<string> _subjects = SeededVocabulary.For(seed).Subjects;

    public IEnumerable<object> Of(long workspace)
    {
        var sent = SeedCalendar.Months * SeedPlan.CampaignsPerMonth(workspace);
        for (var index = 0; index < sent; index++)
            yield return Row(workspace, index, sends.CampaignTime(workspace, index), "sent");
        for (var index = sent; index < sent + UnsentOf(workspace); index++)
        {
            var number = _created.At(SeedPlan.CampaignId(workspace, index));
            var created = calendar.MonthStart(index % SeedCalendar.Months) + (FieldDraw.Below(number, 27) * SeedCalendar.Day);
            yield return Row(workspace, index, created, UnsentStatuses[index % UnsentStatuses.Length]);
        }
    }

    private static int UnsentOf(long workspace) => workspace == SeedPlan.PrimaryWorkspaceId ? SeedCalendar.Months : 2;

    private object Row(long workspace, int index, long created, string status)
    {
        var id = SeedPlan.CampaignId(workspace, index);
        var subject = _subjects[(int)_subject.Below(id, (uint)_subjects.Count)];
        return new
        {
            id,
            workspace_id = workspace,
            template_id = SeedPlan.CampaignId(workspace, index % TemplatesPerWorkspace),
            name = $"{SeedCalendar.Utc(created):yyyy-MM} {subject}",
            subject,
            status,
            scheduled_at = status == "sent" ? SeedCalendar.Utc(created) : (DateTime?)null,
            completed_at = status == "sent" ? SeedCalendar.Utc(created + (31 * SeedCalendar.Minute)) : (DateTime?)null,
            created_at = SeedCalendar.Utc(created),
            updated_at = SeedCalendar.Utc(created),
        };
    }
}
