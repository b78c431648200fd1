using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;
using LoadHarness.Postgres.Workload;
using LoadHarness.Scenarios;
using LoadHarness.Scenarios.Profiles;
using LoadHarness.Seeding;
using LoadHarness.Workloads;

namespace LoadHarness.UnitTests.Workloads;

/// <summary>The reads of the CRM: a folder like anybody's, whose values are computed from the seed.</summary>
public sealed class CrmReadsTests
{
    private const int Draws = 2_000;

    [Fact]
    public void The_folder_that_ships_has_no_fault_and_every_statement_of_it_is_used()
    {
        Assert.NotNull(WorkloadCatalog.Find(CrmReads.Workload.Folder, out var faults));
        Assert.Empty(faults);
        Assert.Equal(QueryCatalog.Shipped.Names.Order(), CrmReads.Workload.File.Scenarios.Values.SelectMany(one => one.Used()).Order());
        Assert.Equal(CrmReads.Workload.Statements.Keys.Order(), CrmReads.Workload.File.Answers!.Keys.Order());
        // The text that is sent, so that its share of the server's work is found.
        Assert.All(CrmReads.Workload.Statements.Values, statement =>
            Assert.Equal(QueryCatalog.Shipped[statement.Name], Assert.Single(statement.Statements).Text));
    }

    /// <summary>Those of an earlier revision, which a comparison asks too.</summary>
    [Fact]
    public void What_some_statements_cannot_answer_is_named_with_what_only_walks_by_them()
    {
        Assert.Empty(CrmReads.LackedBy(QueryCatalog.Shipped));
        using var directory = new TemporaryDirectory();
        var kept = QueryCatalog.Shipped.Names.Where(name => name is not ("status_page" or "search_first_page"));
        File.WriteAllLines(
            Path.Combine(directory.Path, "queries.sql"), kept.Select(name => $"-- name: {name}\n{QueryCatalog.Shipped[name]};\n"));

        Assert.Equal(
            ["lead-queries/status_page: status_page", "lead-search/first_page: search_first_page",
                "lead-search/deep_page: search_first_page"],
            CrmReads.LackedBy(QueryCatalog.Read(directory.Path)).Select(lacked => $"{lacked.Operation}: {lacked.Statement}"));
    }

    [Fact]
    public async Task What_is_left_out_is_neither_asked_for_nor_explained()
    {
        await using var environment = ScenarioEnvironment.Open(
            (_, _, _, _) => throw new InvalidOperationException("no server is asked"), Manifest(20_000, WorkspaceSpread.One),
            new LoadProfile("none", "", LeadSearch: new(1, TimeSpan.Zero, TimeSpan.FromSeconds(1), 100)));
        Assert.Equal(3, Assert.Single(ScenarioCatalog.LeadSearch.Build(environment)).Operations.Count);
        environment.LeftOut = ["lead-search/deep_page", "lead-queries/tag_filter"];

        var search = environment.Reads.Build("lead-search");
        Assert.Equal(["first_page", "by_term"], search.Operations.Select(operation => operation.Name));
        // Nobody walks down to pages that are not asked for.
        Assert.Null(search.Init);
        var explained = ExplainedQueries.Of(environment).SelectMany(sequence => sequence.Select(statement => statement.Name)).ToList();
        Assert.Contains("recent_leads", explained);
        Assert.DoesNotContain("tag_filter", explained);
        Assert.DoesNotContain("search_deep_page", explained);

        environment.LeftOut = [.. search.Operations.Select(operation => $"lead-search/{operation.Name}"), "lead-search/deep_page"];
        Assert.Empty(ScenarioCatalog.LeadSearch.Build(environment));
    }

    [Fact]
    public async Task Every_workspace_is_asked_for_its_own_leads_words_and_segments_and_the_same_seed_asks_the_same()
    {
        await using var environment = Open(20_000, WorkspaceSpread.One);
        await using var spread = Open(20_000, new(8, 1.1));
        Assert.Equal(Sent(environment, 3, 0), Sent(environment, 3, 0));
        Assert.NotEqual(Sent(environment, 3, 0), Sent(environment, 4, 0));
        foreach (var (bench, place) in new[] { (environment, 0), (spread, 0), (spread, 7) })
        {
            var workspace = bench.Workspaces.All[place];
            var addresses = Enumerable.Range(1, (int)workspace.Seeded.Leads)
                .Select(row => SeededLeads.EmailOf(bench.Seed.Seed, workspace.Seeded.LeadId(row))).ToHashSet();
            var random = new Random(5);
            var asked = Enumerable.Range(0, Draws)
                .Select(_ => Assert.Single(bench.Reads.Sample("email_lookup", random, 0, place))).ToList();
            Assert.All(asked, address => Assert.Contains((string)address!, addresses));
            // Spread over all of them, not a few.
            Assert.True(asked.Distinct().Count() > Math.Min(Draws, workspace.Seeded.Leads) * 0.55);
            Assert.Equal(SegmentCorpus.Conditions, Enumerable.Range(0, SegmentCorpus.Conditions.Count)
                .Select(segment => (string)Assert.Single(bench.Reads.Sample("segment_count", random, segment, place))!));
        }
    }

    // Turns of half a second that each began with the cheap ones made a slower arm look as fast: it did not come to the dear ones.
    [Fact]
    public async Task Segments_are_asked_for_one_after_the_other_or_drawn_where_a_load_ends_by_the_clock()
    {
        Assert.Equal(SegmentCorpus.Conditions, (await AskedAsync(seed: 1, places: null)).Take(SegmentCorpus.Conditions.Count));

        var drawn = await AskedAsync(seed: 1, context => context.Random.Next());
        Assert.NotEqual(SegmentCorpus.Conditions, drawn.Take(SegmentCorpus.Conditions.Count));
        Assert.Equal(SegmentCorpus.Conditions.Order(), drawn.Distinct().Order());
        // Both arms of a turn ask for the same ones, and another turn for others.
        Assert.Equal(drawn, await AskedAsync(seed: 1, context => context.Random.Next()));
        Assert.NotEqual(drawn, await AskedAsync(seed: 2, context => context.Random.Next()));
    }

    /// <summary>What is about to be sent to a server that is not there.</summary>
    private static async Task<List<string>> AskedAsync(ulong seed, Func<IScenarioContext, long>? places)
    {
        await using var environment = ScenarioEnvironment.Open(
            (role, workspace, connections, sent) => TenantDatabase.Open(
                "Host=127.0.0.1;Port=1;Username=nobody;Timeout=1", role, workspace, connections, sent),
            Manifest(20_000, WorkspaceSpread.One), new LoadProfile("none", ""));
        var asked = new List<string>();
        environment.Sends = (_, _, values) => asked.Add((string)values[0]!);
        environment.Places = places;
        using var clock = new SystemLoadClock();
        await new LoadRunner(clock, new() { Seed = seed }).RunAsync(
            [environment.Reads.Build("segmentation").WithLoadSimulations(Simulation.IterationsForConstant(1, 120))], null,
            TestContext.Current.CancellationToken);
        return asked;
    }

    private static List<object?> Sent(ScenarioEnvironment environment, int seed, int place)
    {
        var random = new Random(seed);
        string[] statements =
            ["email_lookup", "status_page", "tag_filter", "custom_field_filter", "lead_with_activities", "search_by_term", "segment_page"];
        return [.. statements.SelectMany(statement => environment.Reads.Sample(statement, random, seed, place))];
    }

    private static ScenarioEnvironment Open(long contacts, WorkspaceSpread spread) => ScenarioEnvironment.Open(
        (_, _, _, _) => throw new InvalidOperationException("no server is asked"), Manifest(contacts, spread), new LoadProfile("none", ""));

    private static SeedManifest Manifest(long contacts, WorkspaceSpread spread) => new(
        42, contacts, "", 1, new DateOnly(2026, 10, 1), [], [], [], TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, Reused: false)
    {
        Spread = spread,
    };
}
