using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.TestSupport;

/// <summary>
/// A run as it could have been measured: log-normal response times, one stall, every kind of verdict. The same on each call.
/// </summary>
public static class SampleRun
{
    private static readonly DateTimeOffset Start = new(2025, 3, 14, 2, 5, 0, TimeSpan.Zero);

    public static RunResult Create(int seconds = 60, int extraScenarios = 0)
    {
        var scenarios = new List<ScenarioResult>
        {
            SampleScenario.Open("lead-queries", 200, seconds,
                [("email-lookup", 0.9), ("status-page", 3.2), ("recent-leads", 2.4), ("tag", 9.5), ("custom-field", 14),
                ("lead-with-activities", 4.4), ("counts", 41)]),
            SampleScenario.Open("lead-search", 40, seconds, [("first-page", 22), ("deep-page", 31)]),
            SampleScenario.Open("segmentation", 12, seconds, [("count", 610), ("page", 380)]),
            SampleScenario.Repeated("bulk-import", "import", [12.1, 11.8, 13.0, 12.4, 12.2], 100_000),
            SampleScenario.Repeated("campaign-send", "campaign", [171.2, 186.5], 1_000_000),
            SampleScenario.Closed("mixed-users", 100, seconds, [("lookup", 2.1), ("search", 35), ("segment-count", 240)]),
        };
        for (var i = 0; i < extraScenarios; i++)
            scenarios.Add(SampleScenario.Open($"extra-{i}", 100, seconds, [("one", 3), ("two", 8), ("three", 20)]));
        return new()
        {
            Identity = new("20250314T020500Z-3f2c1ab", Start, TimeSpan.FromSeconds(1_934), "3f2c1ab", "0.1.0", "Release", 312L << 20,
                2_310L << 20),
            Options = new Dictionary<string, string>
            {
                ["contacts"] = "2000000",
                ["profile"] = "standard",
                ["database"] = "native",
                ["seed"] = "42",
            },
            Host = new("Debian GNU/Linux 12", "AMD EPYC 7763", 8, 32L << 30, "10.0.1", IsContainer: false),
            Server = SampleServer.Environment,
            Schema = new(["000_base", "009_database_optimization_2mm_contacts"], "9b1c0d42", TimeSpan.FromSeconds(41)),
            Seed = SampleServer.Seed,
            Stages =
            [
                new("provision", TimeSpan.FromSeconds(4.2), "native cluster, checklist settings"),
                new("migrate", TimeSpan.FromSeconds(1.3), "000_base, 009_database_optimization_2mm_contacts"),
                new("seed", TimeSpan.FromSeconds(148), "2,000,000 leads, 8,100,000 sends"),
                new("run", TimeSpan.FromSeconds(1_640), "6 scenarios"),
                new("judge", TimeSpan.FromSeconds(0.1), "10 targets"),
            ],
            Scenarios = scenarios,
            Observation = SampleServer.Observe(Start, seconds),
            Warnings = ["pg_cron is not installed: JB-1 to JB-5 are unavailable.", "The sampler missed 2 of 60 samples."],
            Verdicts = Verdicts(scenarios),
            Checklist = SampleServer.Checklist,
        };
    }

    private static List<Verdict> Verdicts(List<ScenarioResult> scenarios)
    {
        Verdict OfP95(string id, string title, double limit, int scenario, int operation, bool met = true)
        {
            var measured = scenarios[scenario].Operations[operation];
            var p95 = (measured.Response.P95 ?? measured.Response.Maximum)!.Value.TotalMilliseconds;
            var source = $"{scenarios[scenario].Name}/{measured.Name}";
            return Verdict.Judged(
                id, title, new(p95, new(p95 * 0.96, p95 * 1.05), measured.Response.Count, 1, $"{measured.Name} p95", source),
                    Limit.AtMost(met ? Math.Max(limit, p95 * 1.2) : Math.Min(limit, p95 * 0.8), "ms"),
                $"slowest operation, {measured.Name}: {measured.Accounting.Completed:N0} completed; "
                    + $"{scenarios[scenario].LoadDescription}.");
        }

        Verdict AtLeast(string id, string title, double figure, double limit, string unit, string? source) =>
            Verdict.Counted(id, title, figure, Limit.AtLeast(limit, unit), 6_120, "100 at once, none failed.",
                "6,120 of 6,120 requests succeeded").Of(null, source);

        Verdict Seconds(string id, string title, double figure, ConfidenceInterval interval, double limit, long samples, string evidence,
            string source) =>
            Verdict.Judged(id, title, new(figure, interval, samples, 1, $"{source.Split('/')[1]} mean", source), Limit.AtMost(limit, "s"),
                evidence);

        Verdict Unavailable(string id, string title, double limit, string unit) => Verdict.Unavailable(
            id, title, "One run cannot show this: it needs the same data on the base and on the optimized schema.",
                Limit.AtLeast(limit, unit));

        return
        [
            OfP95("TQ-1", "Lead queries < 500 ms (p95 of the slowest operation)", 500, 0, 6),
            Seconds("TQ-2", "Bulk import of 100K leads < 15 s, all indexes on", 12.3, new(11.7, 12.9), 15, 5,
                "import: 5 of 5 completed, 100,000 items each.", "bulk-import/import"),
            OfP95("TQ-3", "Segmentation < 3 s (p95 of the slowest operation)", 1_200, 2, 0, met: false)
                .Qualified(["3 requests were skipped at the limit in flight"]),
            Seconds("TQ-4", "Campaign to 1M recipients < 3 min: scheduled, claimed and marked sent", 178.9, new(81.6, 276), 180, 2,
                "campaign: 2 of 2 completed, 1,000,000 items each.", "campaign-send/campaign")
                .Qualified(["too few repetitions"]),
            OfP95("TQ-5", "Search < 1 s, first and deep pages (p95 of the slowest operation)", 1_000, 1, 1),
            AtLeast("SC-1", "2M+ contacts in one workspace", 2_000_000, 2_000_000, "leads", null),
            AtLeast("SC-2", "100+ simultaneous users", 100, 100, "users", "mixed-users"),
            AtLeast("SC-3", "1000+ requests a minute", 5_410, 1_000, "requests/min", "mixed-users"),
            Unavailable("ER-1", "Lead queries 95% faster", 95, "%"),
            Unavailable("MS-1", "Holds at 5M leads", 5_000_000, "leads"),
        ];
    }
}
