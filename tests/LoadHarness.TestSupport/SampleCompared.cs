using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.TestSupport;

/// <summary>What the comparing verbs find, as they could have measured it: each as the run that they keep.</summary>
public static class SampleCompared
{
    private static readonly DateTimeOffset Start = new(2025, 3, 14, 2, 5, 0, TimeSpan.Zero);

    private static readonly ArmServerFacts Server = new("15.18", new Dictionary<string, string> { ["work_mem"] = "4MB" }, "9b1c0d42");

    public static IReadOnlyList<Target> Targets { get; } =
    [
        new("RE-2", "Index size down 25%", Statistic.Comparison, 25, LimitDirection.AtLeast, "%"),
        new("ER-1", "Lead queries 95% faster", Statistic.Comparison, 95, LimitDirection.AtLeast, "%"),
        new("ER-6", "5x concurrent users", Statistic.Comparison, 5, LimitDirection.AtLeast, "x"),
    ];

    /// <summary>A claim missed by one operation, one of bytes, and one that was not measured.</summary>
    public static RunResult Proof => Kept(run => run with
    {
        Proof = new(
            Start, TimeSpan.FromMinutes(9), "prove --contacts 20000 --quick", "AMD EPYC 7763, 8 cores, 32 GiB", 20_000, 42, true,
            Server, Server,
            [
                ClaimJudge.Decide(Contract("RE-2", ClaimStatistic.IndexBytes), Targets[0],
                    new() { IndexBytes = new(190.8e6, 67.1e6) }),
                ClaimJudge.Decide(Contract("ER-1", ClaimStatistic.MeanResponseTime, "lead-queries/recent_leads",
                    "lead-queries/lead_with_activities"), Targets[1],
                    new()
                    {
                        Times = new Dictionary<string, OperationPairs>
                        {
                            ["lead-queries/recent_leads"] = Pairs(0.29, 50.5) with { Naive = 61 },
                            ["lead-queries/lead_with_activities"] = Pairs(0.265, 0.103) with { Expert = 0.09 },
                        },
                    }),
                ClaimJudge.Decide(
                    Contract("ER-6", ClaimStatistic.BoundedSearch, "lead-queries/recent_leads") with { NotMeasured = "It needs a search." },
                    Targets[2], new()),
            ]),
    });

    public static RunResult Growth => Kept(run => run with
    {
        Growth = new(Sizes, 42, Start, TimeSpan.FromMinutes(20), "15.18",
        [
            OperationScale.Of("lead-queries/tag_filter", OperationScale.Mean,
                [.. Sizes.Select(size => new ScalePoint(size, 0.004 * Math.Pow(size, 0.7)))], new(Lookup, 500)),
            OperationScale.Of("lead-queries/email_lookup", OperationScale.Blocks,
                [.. Sizes.Select(size => new ScalePoint(size, 2))], null),
        ]),
    });

    /// <summary>A scenario with room, one that breaks at the profile's rate, and one that held all rates.</summary>
    public static RunResult Headroom => Kept(run => run with
    {
        Headroom = new(200_000, 42, Start, TimeSpan.FromMinutes(9), "15.18", TimeSpan.FromSeconds(10),
        [
            new("segmentation", 3,
                [new(14, SearchEnd.Found, "count_6 p95 3,412 ms, above 3,000 ms of TQ-3"), new(16, SearchEnd.Found, "x")]),
            new("lead-search", 20,
                [new(2.5, SearchEnd.BelowLeast, "by_term: 12 of 200 failed"), new(2.5, SearchEnd.BelowLeast, "x")]),
            new("lead-queries", 100, [new(6_400, SearchEnd.AtMost, null), new(6_400, SearchEnd.AtMost, null)]),
        ]),
    });

    /// <summary>An index that serves, one that nothing wants, a key, and a reason without an index.</summary>
    public static RunResult Ledger => Kept(run => run with
    {
        Ledger = new("optimized", 20_000, 42, Start, TimeSpan.FromMinutes(12), "15.18",
        [
            new(new("leads_workspace_tags_idx", "leads", "create index ...", 3 << 20, [], []), ["bulk-import", "lead-queries"],
                [new("bulk-import/import", CounterNames.WalBytes, 812, 733, 4)],
                [new("lead-queries/tag_filter", CounterNames.Blocks, 219, 2_025, 0, "select ...")],
                [new("tag_filter", ["Bitmap Index Scan on leads_workspace_tags_idx"], ["Seq Scan on leads"])], [], null),
            new(new("leads_unused_idx", "leads", "create index ...", 1 << 20, [], []), ["lead-queries"],
                [new("bulk-import/import", CounterNames.WalBytes, 812, 790, 4)], [], [], [], null),
            new(new("leads_pkey", "leads", "create index ...", 2 << 20, ["the constraint leads_pkey"], []), [], [], [], [], [],
                new("leads_pkey", ["IX-3"], "keys")),
        ], ["leads_old_idx"]),
    });

    public static RunResult Rates => Kept(run => run with
    {
        GateRates = new(Start, TimeSpan.FromMinutes(40), "AMD EPYC 7763, 8 cores, 32 GiB", 20_000, 42, 0, 2,
        [
            GateRate.Of("identical arms", [.. Enumerable.Range(0, 20).Select(number => Suite("identical arms", number, null))]),
            GateRate.Of("index of tags dropped", [Suite("index of tags dropped", 0, "B has no index leads_workspace_tags_idx.")]),
        ]),
    });

    /// <summary>One operation worse by plan, blocks and time, one better, one undecided, and one that only A has.</summary>
    public static RunResult Arms => Kept(run => run with { Arms = Compared });

    /// <summary>The same arms, of which the gate knew one operation.</summary>
    public static RunResult Gate => Kept(run => run with
    {
        Arms = Compared,
        Gate = new("v0.1.0", new Dictionary<string, DateTimeOffset> { ["traffic/latest_orders"] = Start.AddDays(-2) },
            [new("traffic/buy", 1.05, new(1.03, 1.07), 10)]),
    });

    public static IReadOnlyList<RunResult> All => [Proof, Growth, Headroom, Ledger, Rates, Arms, Gate];

    private static ArmComparison Compared { get; } = new(
        "workload", "workload,without=orders_customer_id_placed_idx", 0, 42, Start, TimeSpan.FromMinutes(6), Server, Server,
        [new("traffic/latest_orders", CounterNames.Blocks, 4, 812, 0.1, "select id, total, placed from orders where customer_id = $1")],
        [new("latest_orders", ["Index Scan using orders_customer_id_placed_idx on orders"], ["Seq Scan on orders"])],
        [new("orders_customer_id_placed_idx", 3 << 20, null)],
        [
            new("traffic/latest_orders", "mean", 0.21, 9.8, 46.7, new(44, 49), 8, Difference.Slower, true)
            {
                P95 = new(0.44, 18.2, 41.4),
            },
            new("traffic/buy", "mean", 1.9, 1.6, 0.84, new(0.81, 0.87), 8, Difference.Faster, true),
            new("traffic/order_by_id", "p50", 0.18, 0.185, 1.03, new(0.88, 1.21), 32, Difference.Inconclusive, null),
            new(ArmComparison.Whole, "median shift", 1, 1.02, 1.02, new(0.97, 1.07), 8, Difference.Same, null),
        ],
        ["B has no operation refund."])
    {
        Workload = "shop 0a1b2c3d4e5f",
    };

    private static long[] Sizes { get; } = [100_000, 250_000, 500_000, 1_000_000, 2_000_000];

    private static Target Lookup { get; } = new(
        "TQ-1", "lead queries", Statistic.ResponseP95, 500, LimitDirection.AtMost, "ms", "lead-queries", ClaimedAtContacts: 2_000_000);

    private static RunResult Kept(Func<RunResult, RunResult> with)
    {
        var run = with(SampleRun.Create(seconds: 3) with
        {
            Seed = null,
            Schema = null,
            Server = null,
            Observation = null,
            Scenarios = [],
            Warnings = [],
            Checklist = [],
        });
        return run with { Verdicts = TargetJudge.Decide(run, Targets) };
    }

    private static OperationPairs Pairs(double optimized, double careful) => new(
        [.. Around(optimized)], [.. Around(careful).Reverse()], [], []);

    private static IEnumerable<double> Around(double value) => new[] { 0.97, 1.02, 0.99, 1.03 }.Select(factor => value * factor);

    private static GateSuite Suite(string kind, int number, string? cause) => new(
        kind, number, cause is not null, cause, cause is null ? null : true, Start, TimeSpan.FromMinutes(2), "a", "3f2c1ab", 0,
            20_000, 42);

    private static ClaimContract Contract(string id, ClaimStatistic statistic, params string[] operations) => new(
        id, Targets.Single(target => target.Id == id).Title, "100 x (1 - optimized / baseline).", "C", statistic,
        [.. operations.Select(operation => new ClaimedOperation(operation, 1))], "No operation takes more than 10% longer than on C.");
}
