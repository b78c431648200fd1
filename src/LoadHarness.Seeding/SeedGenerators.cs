using LoadHarness.Seeding.Rows;

namespace LoadHarness.Seeding;

/// <summary>Everything that makes rows for one request: pure, shared by all workers.</summary>
internal sealed class SeedGenerators
{
    private readonly Lazy<LeadOrder> _order;

    public SeedGenerators(SeedRequest request)
    {
        Calendar = new SeedCalendar(request.SeededAtMonth);
        Plan = new SeedPlan(request.Contacts, request.Spread);
        var leads = new LeadDraws(request.Seed, Calendar);
        var sends = new SendDraws(request.Seed, leads, Plan);
        Small = new SmallRows(request.Seed, Calendar, sends, Plan);
        Large = [new LeadEncoder(request.Seed, leads), new SendEncoder(leads, sends), new ActivityEncoder(request.Seed, leads, sends)];
        _order = new(() => new LeadOrder(Plan, leads));
        Tables = [.. Large.Select(encoder => encoder.Table)];
    }

    public SeedPlan Plan { get; }

    public SeedCalendar Calendar { get; }

    public SmallRows Small { get; }

    /// <summary>The tables that grow with the number of leads, in load order.</summary>
    public IReadOnlyList<IRowEncoder> Large { get; }

    /// <summary>Sorted at the first use: a database that is seeded already needs none.</summary>
    public LeadOrder Order => _order.Value;

    public string[] Tables { get; }
}
