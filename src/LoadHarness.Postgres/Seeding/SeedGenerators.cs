using LoadHarness.Postgres.Seeding.Rows;

namespace LoadHarness.Postgres.Seeding;

/// <summary>Everything that makes rows for one request: pure, shared by all workers.</summary>
internal sealed class SeedGenerators
{
    public SeedGenerators(SeedRequest request)
    {
        Calendar = new SeedCalendar(request.SeededAtMonth);
        var leads = new LeadDraws(request.Seed, Calendar);
        var sends = new SendDraws(request.Seed, leads);
        Small = new SmallRows(request.Seed, Calendar, sends);
        Large = [new LeadEncoder(request.Seed, leads), new SendEncoder(leads, sends), new ActivityEncoder(request.Seed, leads, sends)];
        Tables = [.. Large.Select(encoder => encoder.Table)];
    }

    public SeedCalendar Calendar { get; }

    public SmallRows Small { get; }

    /// <summary>The tables that grow with the number of leads, in load order.</summary>
    public IReadOnlyList<IRowEncoder> Large { get; }

    public string[] Tables { get; }
}
