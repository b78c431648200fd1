namespace LoadHarness.Seeding.Rows;

/// <summary>
/// The order in which leads are loaded: those that were asked for by the minute of their sign-up, whatever their workspace, as a table
/// grows that lives for two years; then those of the small workspaces on top. Loaded in any other order, a page of the newest leads of a
/// large workspace would touch as many blocks as it has rows.
/// </summary>
internal sealed class LeadOrder
{
    private readonly SeedPlan _plan;

    // The minute in the upper half, the lead's ordinal in the lower one: one sort, and no two keys are equal.
    private readonly long[] _keys;

    public LeadOrder(SeedPlan plan, LeadDraws leads)
    {
        _plan = plan;
        _keys = new long[plan.Contacts];
        for (var ordinal = 0L; ordinal < plan.Contacts; ordinal++)
            _keys[ordinal] = (leads.CreatedAt(plan.LeadAt(ordinal).Id, out _) / SeedCalendar.Minute << 32) | (uint)ordinal;
        Array.Sort(_keys);
    }

    /// <param name="ordinal">From 0, below <see cref="SeedPlan.Leads"/>.</param>
    public (long Workspace, long Id) LeadAt(long ordinal) =>
        _plan.LeadAt(ordinal < _keys.Length ? (uint)_keys[ordinal] : ordinal);
}
