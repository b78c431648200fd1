using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.TestSupport;

public static class SampleServer
{
    public static ServerEnvironment Environment { get; } = new(
        ServerKind.Native,
        "127.0.0.1:41873",
        "15.18",
        new Dictionary<string, string>
        {
            ["fsync"] = "on",
            ["full_page_writes"] = "on",
            ["max_connections"] = "200",
            ["shared_buffers"] = "512MB",
            ["synchronous_commit"] = "on",
        },
        [new("pg_stat_statements", true, "1.10", null), new("pg_partman", true, "4.7.2", null),
            new("pg_cron", false, null, "apt-get install postgresql-15-cron")]);

    public static SeedManifest Seed { get; } = new(
        42,
        2_000_000,
        "c5f0a1b8e3d94a67",
        1,
        new(2025, 2, 1),
        [new("leads", 2_050_000, TimeSpan.FromSeconds(19.4)), new("email_sends", 8_100_000, TimeSpan.FromSeconds(51)),
            new("lead_activities", 6_300_000, TimeSpan.FromSeconds(33))],
        [
            new("Status of leads", ["active", "unsubscribed", "bounced", "complained"], [0.86, 0.09, 0.04, 0.01]),
            new("Leads created by month", [.. Enumerable.Range(0, 24)
                .Select(month => new DateOnly(2023, 3, 1).AddMonths(month).ToString("yyyy-MM", null))],
                [.. Enumerable.Range(0, 24).Select(month => 0.02 + (month * 0.0018))]),
            new("Most frequent tags (Zipf)", ["newsletter", "webinar", "trial", "customer", "partner", "événement", "beta", "vip"],
                [0.31, 0.155, 0.103, 0.078, 0.062, 0.052, 0.044, 0.039]),
        ],
        [new("E-mail addresses are unique in a workspace", true, "0 duplicates among 2,050,000")],
        TimeSpan.FromSeconds(104),
        TimeSpan.FromSeconds(38),
        TimeSpan.FromSeconds(6),
        Reused: false);

    public static IReadOnlyList<Verdict> Checklist { get; } =
    [
        .. Check("IX", 8, _ => VerdictKind.Met),
        .. Check("PT", 5, _ => VerdictKind.Met),
        .. Check("BF", 6, _ => VerdictKind.Met),
        .. Check("SG", 6, _ => VerdictKind.Met),
        .. Check("JB", 5, _ => VerdictKind.Unavailable),
        .. Check("KM", 5, number => number == 4 ? VerdictKind.Missed : number == 5 ? VerdictKind.Inconclusive : VerdictKind.Met),
    ];

    public static DatabaseObservation Observe(DateTimeOffset start, int seconds)
    {
        var random = new Random(5);
        return new(
            [.. Enumerable.Range(0, seconds).Select(second => new DatabaseSample(
                start.AddSeconds(second), "lead-queries", random.Next(1, 6), random.Next(0, 3), random.Next(0, 2), 24,
                    second == 0 ? null : 0.985 + (random.NextDouble() * 0.015),
                random.Next(200_000, 4_000_000), 240 + random.Next(40), 0.6 + random.NextDouble(), (700L + second) << 20))],
            [new("lead-queries", "CPU", 0.81), new("lead-queries", "IO/DataFileRead", 0.14),
                new("lead-queries", "LWLock/BufferMapping", 0.05), new("bulk-import", "CPU", 0.52), new("bulk-import", "IO/WALSync", 0.31),
                new("bulk-import", "LWLock/SerializablePredicateList", 0.17)],
            [
                new("lead-queries", "select id, email, name from leads where workspace_id = $1 and email = $2", 12_000,
                    TimeSpan.FromSeconds(3.1), TimeSpan.FromMicroseconds(258), 12_000, 48_000, 120, 0),
                new("segmentation", "select * from count_segmented_leads($1, $2)", 720, TimeSpan.FromSeconds(402),
                    TimeSpan.FromMilliseconds(558), 720, 9_100_000, 410_000, 0) { Operations = ["segmentation/count"] },
            ],
            [
                new("email-lookup", "a91f03", [], TimeSpan.FromMicroseconds(41),
                    "Index Scan using leads_pkey on leads  (cost=0.43..8.45 rows=1 width=64) (actual time=0.021..0.022 rows=1 loops=1)\n  "
                        + "Index Cond: ((workspace_id = 1) AND (email = 'a@example.org'::text))\n  Buffers: shared hit=4"),
                new("segment: tag and no purchase", "77c2e0", ["leads"], TimeSpan.FromMilliseconds(604),
                    "Seq Scan on leads  (cost=0.00..91233.00 rows=61000 width=8)\n  Filter: (tags @> '{vip}')")
                    {
                    Operations = ["segmentation/count"],
                    Sight = PlanSight.Whole,
                    Inner = [new("select count(*) from leads where tags @> $1", 1, TimeSpan.FromMilliseconds(600),
                    "Aggregate\n  ->  Seq Scan on leads")],
                    },
            ],
            [new("leads", "table", 611L << 20, 640L << 20), new("leads_pkey", "index", 122L << 20, 127L << 20),
                new("email_sends", "partitioned table", 1_410L << 20, 1_530L << 20)],
            0.004);
    }

    private static IEnumerable<Verdict> Check(string prefix, int count, Func<int, VerdictKind> kind) => Enumerable.Range(1, count)
        .Select(number =>
    {
        var (id, title, evidence) = ($"{prefix}-{number}", $"What {prefix}-{number} asks for", "Looked up in the catalog.");
        return kind(number) switch
        {
            VerdictKind.Unavailable => Verdict.Unavailable(id, title, evidence),
            VerdictKind.Inconclusive => Verdict.Undecided(id, title, evidence),
            var looked => Verdict.Looked(id, title, looked == VerdictKind.Met, evidence),
        };
    });
}
