namespace LoadHarness.Seeding.Rows;

/// <summary>
/// The order in which leads are loaded: those of the primary workspace by the minute of their sign-up, as a table grows that lives
/// for two years, then those of the small ones. Loaded in any other order, a page of the newest leads would touch as many blocks as it has
/// rows.
/// </summary>
internal sealed class LeadOrder
{
    private readonly SeedPlan _plan;

    // The minute in the upper half, the lead in the lower one: one sort, and no two keys are equal.
    private readonly long[] _keys;

    public LeadOrder(SeedPlan plan, LeadDraws leads)
    {
        _plan = plan;
        _keys = new long[plan.Contacts];
        for (var row = 1; row <= plan.Contacts; row++)
            _keys[row - 1] = (leads.CreatedAt(row, out _) / SeedCalendar.Minute << 32) | (uint)row;
        Array.Sort(_keys);
    }

    /// <param name="ordinal">From 0, below <see cref="SeedPlan.Leads"/>.</param>
    public (long Workspace, long Id) LeadAt(long ordinal) =>
        ordinal < _keys.Length ? (SeedPlan.PrimaryWorkspaceId, (uint)_keys[ordinal]) : _plan.LeadAt(ordinal);
}
