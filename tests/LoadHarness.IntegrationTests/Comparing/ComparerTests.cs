using LoadHarness.Comparing;
using LoadHarness.Comparing.Subjects;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres.Provisioning;

namespace LoadHarness.IntegrationTests.Comparing;

/// <summary>
/// Two servers on copies of one small seeded cluster; counters and plans, which do not depend on how busy the machine is.
/// </summary>
public sealed class ComparerTests(PostgresCluster cluster, SmallTemplate template)
{
    private static readonly ComparisonPlan Reads = ComparisonPlan.Standard with
    {
        Scenarios = ["lead-queries", "segmentation"],
        Slot = TimeSpan.Zero,
        CounterCalls = 24,
    };

    [Fact]
    public async Task Identical_arms_show_no_difference_and_a_dropped_index_names_itself_and_the_operations_that_miss_it()
    {
        Assert.NotNull(cluster.Server);
        var same = await CompareAsync("optimized");
        Assert.Empty(same.Counters);
        Assert.Empty(same.Plans.Select(plan =>
            $"{plan.Operation} lost {string.Join(" | ", plan.LostNodes)} and has {string.Join(" | ", plan.NewNodes)}, {plan.Partitions}"));
        Assert.Empty(same.Indexes);

        var changed = await CompareAsync("optimized,without=leads_workspace_created_idx");
        Assert.Contains("lead-queries/recent_leads", changed.WorseOperations);
        Assert.Equal("B has no index leads_workspace_created_idx.", Causes.Of(changed)[0]);
        var plan = Assert.Single(changed.Plans, plan => plan.Operation == "recent_leads");
        Assert.Contains(plan.LostNodes, node => node.Contains("leads_workspace_created_idx", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_base_schema_is_an_arm_and_a_setting_is_another()
    {
        Assert.NotNull(cluster.Server);
        var comparison = await CompareAsync("base,work_mem=1MB", Reads with { Scenarios = [] });
        Assert.Contains(comparison.Indexes, index => index is { Index: "leads_workspace_tags_idx", B: null });
        Assert.Equal("1MB", comparison.ServerB.Settings["work_mem"]);
        Assert.NotEqual(comparison.ServerA.SchemaChecksum, comparison.ServerB.SchemaChecksum);
        // The base has no partitions.
        var activities = Assert.Single(comparison.Plans, plan => plan.Operation == "lead_with_activities");
        Assert.True(activities.Partitions is { A: > 0, B: 0 }, $"{activities.Partitions}");
    }

    [Theory]
    [InlineData("statistics of leads lost", "On B the planner has statistics of 0 columns of leads")]
    [InlineData("statistics of leads from before an import", "On B the statistics of leads are of other rows than on A (workspace_id:")]
    public async Task Planted_statistics_make_operations_worse_and_stand_first(string name, string cause)
    {
        Assert.NotNull(cluster.Server);
        var fault = PlantedFault.All.Single(fault => fault.Name == name);
        var found = await CompareAsync(fault.Arm, planted: fault);

        Assert.True(fault.IsFoundBy(found.WorseOperations));
        Assert.StartsWith(cause, Causes.Of(found)[0], StringComparison.Ordinal);
        Assert.True(fault.IsNamedBy(Causes.Of(found)));
        // The rows and indexes are the same: what got worse has another plan.
        Assert.NotEmpty(found.Plans);
    }

    [Fact]
    public async Task An_arm_that_cannot_be_made_says_why()
    {
        Assert.NotNull(cluster.Server);
        (string Arm, string Part)[] wrong =
        [
            ("optimized,without=no_such_idx", "no index of that name"),
            ("optimized,sql=no-such-file.sql", "there is no such file"),
            ("dir:no-such-folder", "holds no schema.sql"),
            ("git:no-such-revision", "no-such-revision"),
        ];
        foreach (var (arm, part) in wrong)
        {
            var fault = await Assert.ThrowsAsync<HarnessException>(() => CompareAsync(arm));
            Assert.Contains(part, fault.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>The schema before its first migration, which has no index of later ones.</summary>
    [Fact]
    public async Task Two_arms_of_equal_migrations_are_built_from_those_and_not_from_the_programs()
    {
        Assert.NotNull(cluster.Server);
        using var earlier = new TemporaryDirectory();
        Directory.CreateDirectory(Path.Combine(earlier.Path, "queries"));
        string[] files = ["schema.sql", .. Directory.GetFiles(Repository.File("sql", "queries")).Select(QueryFile)];
        foreach (var file in files) File.Copy(Repository.File("sql", file), Path.Combine(earlier.Path, file));

        var fault = await Assert.ThrowsAsync<HarnessException>(() => CompareAsync(
            $"dir:{earlier.Path},without=leads_workspace_tags_idx", Reads with { Scenarios = [] }, a: $"dir:{earlier.Path}"));

        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
        Assert.Contains("without=leads_workspace_tags_idx: the schema has no index of that name", fault.Message, StringComparison.Ordinal);

        static string QueryFile(string path) => Path.Combine("queries", Path.GetFileName(path));
    }

    /// <summary>A change that added a statement, or another parameter, ended the gate without a figure until the pin moved.</summary>
    [Fact]
    public async Task What_the_pinned_arm_has_no_statement_for_or_cannot_answer_is_not_compared_and_the_others_are()
    {
        Assert.NotNull(cluster.Server);
        using var directory = new TemporaryDirectory();
        var (pinned, stop) = (Path.Combine(directory.Path, "sql"), TestContext.Current.CancellationToken);
        await DirectoryCopy.RunAsync(Repository.File("sql"), pinned, stop);
        var file = Path.Combine(pinned, "queries", "leads.sql");
        var leads = await File.ReadAllTextAsync(file, stop);
        var (begin, end) = (At("-- name: status_page"), At("-- name: recent_leads"));
        await File.WriteAllTextAsync(file, leads.Remove(begin, end - begin).Replace(
            "where workspace_id = $1 and email = $2", "where workspace_id = $1 and email = $2 and $3::text is null",
            StringComparison.Ordinal), stop);

        var compared = await CompareAsync("optimized,without=leads_workspace_created_idx", a: $"dir:{pinned}");

        Assert.Equal(2, compared.Undecided.Count);
        Assert.Equal("lead-queries/status_page: A has no statement status_page.", compared.Undecided[0]);
        Assert.StartsWith(
            "lead-queries/email_lookup: fails on A: 10 of 10 calls failed: ", compared.Undecided[1], StringComparison.Ordinal);
        Assert.Empty(compared.FailsOnB);
        Assert.Contains("lead-queries/recent_leads", compared.WorseOperations);
        Assert.Contains(compared.Plans, plan => plan.Operation == "recent_leads");

        int At(string heading) => leads.IndexOf(heading, StringComparison.Ordinal);
    }

    /// <summary>The walk to the deep pages begins with the first one: it is the set-up of the search, and was of the terms too.</summary>
    [Fact]
    public async Task An_operation_whose_set_up_fails_on_B_is_worse_and_those_that_need_none_are_compared()
    {
        Assert.NotNull(cluster.Server);
        using var directory = new TemporaryDirectory();
        var (broken, stop) = (Path.Combine(directory.Path, "sql"), TestContext.Current.CancellationToken);
        await DirectoryCopy.RunAsync(Repository.File("sql"), broken, stop);
        var file = Path.Combine(broken, "queries", "search.sql");
        var search = await File.ReadAllTextAsync(file, stop);
        const string first = "search_leads_optimized($1, p_limit => 50)";
        Assert.Contains(first, search, StringComparison.Ordinal);
        await File.WriteAllTextAsync(
            file, search.Replace(first, $"{first} where 1 / (length(email) - length(email)) = 1", StringComparison.Ordinal), stop);

        var compared = await CompareAsync($"dir:{broken}", Reads with { Scenarios = ["lead-search"] });

        Assert.Equal(["lead-search/first_page", "lead-search/deep_page"], compared.FailsOnB.Select(fault => fault.Operation));
        Assert.StartsWith("10 of 10 calls failed: ", compared.FailsOnB[0].Words, StringComparison.Ordinal);
        Assert.StartsWith("the set-up of scenario 'lead-search' failed: ", compared.FailsOnB[1].Words, StringComparison.Ordinal);
        Assert.Empty(compared.Undecided);
    }

    [Theory]
    [InlineData("optimized,sql=no-such-file.sql", "there is no such file")]
    [InlineData("optimized,server=15,sql=no-such-file.sql", "there is no such file")]
    [InlineData("optimized,server=99", "there is no PostgreSQL 99")]
    [InlineData("optimized,shared_bufers=512MB", "shared_bufers=512MB: PostgreSQL ")]
    [InlineData("optimized,shared_bufers=512MB", "Did you mean 'shared_buffers'?")]
    [InlineData("base,work_mem=64QB,shared_bufers=1GB", "work_mem=64QB: PostgreSQL ")]
    [InlineData("base,work_mem=64QB,shared_bufers=1GB", "shared_bufers=1GB")]
    [InlineData("optimized,pg_stat_statements.max=100,wal_level=most", "invalid value for parameter \"wal_level\": \"most\"")]
    [InlineData("optimized,fsync=off", "fsync=off: figures without durability are worthless")]
    public async Task What_an_arm_needs_is_looked_for_before_anything_is_seeded(string arm, string part)
    {
        var told = new Notes();
        var unseeded = new CrmSubject(SmallTemplate.Rows with { Seed = 4_711 }, ServerProfile.Checklist, keep: false);

        var fault = await Assert.ThrowsAsync<HarnessException>(() => new Comparer(Reads, unseeded, told).CompareAsync(
            ArmSpecification.Parse("--a", "optimized"), ArmSpecification.Parse("--b", arm), TestContext.Current.CancellationToken));

        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
        Assert.Contains(part, fault.Message, StringComparison.Ordinal);
        Assert.Empty(told.Sentences);
    }

    /// <summary>Its rows would be the program's, over the program's base schema: both arms had one index less than the folder.</summary>
    [Fact]
    public async Task An_arm_of_another_base_schema_is_refused_before_anything_is_seeded()
    {
        using var other = new TemporaryDirectory();
        var stop = TestContext.Current.CancellationToken;
        foreach (var file in Directory.GetFiles(Repository.File("sql"), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(other.Path, Path.GetRelativePath(Repository.File("sql"), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        await File.AppendAllTextAsync(
            Path.Combine(other.Path, "schema.sql"), "create index planted_idx on campaigns(name);\n", stop);
        var told = new Notes();
        var unseeded = new CrmSubject(SmallTemplate.Rows with { Seed = 4_711 }, ServerProfile.Checklist, keep: false);

        var fault = await Assert.ThrowsAsync<HarnessException>(() => new Comparer(Reads, unseeded, told).CompareAsync(
            ArmSpecification.Parse("--a", "optimized"), ArmSpecification.Parse("--b", $"dir:{other.Path}"), stop));

        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
        Assert.Contains($"The base schema of dir:{other.Path} (schema.sql) differs", fault.Message, StringComparison.Ordinal);
        Assert.Empty(told.Sentences);
    }

    [Fact]
    public async Task An_index_that_the_schema_lacks_is_named_before_its_rows_are_seeded()
    {
        var told = new Notes();
        var large = new CrmSubject(SmallTemplate.Rows with { Contacts = 200_000, Seed = 4_711 }, ServerProfile.Checklist, keep: false);

        var fault = await Assert.ThrowsAsync<HarnessException>(() => new Comparer(Reads, large, told).CompareAsync(
            ArmSpecification.Parse("--a", "optimized"), ArmSpecification.Parse("--b", "optimized,without=leads_tag_idx"),
            TestContext.Current.CancellationToken));

        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
        Assert.Contains("without=leads_tag_idx: the schema has no index of that name", fault.Message, StringComparison.Ordinal);
        Assert.StartsWith("Trying optimized,without=leads_tag_idx on 1,000 leads", Assert.Single(told.Sentences), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_trial_lets_pass_is_compared()
    {
        var file = Path.GetTempFileName();
        try
        {
            var stop = TestContext.Current.CancellationToken;
            await File.WriteAllTextAsync(
                file, "create index own_idx on leads (phone); do $$ begin assert (select count(*) > 0 from leads); end $$", stop);
            var few = new CrmSubject(SmallTemplate.Rows with { Contacts = 1_200, Seed = 4_711 }, ServerProfile.Checklist, keep: false);

            var compared = await new Comparer(Reads with { Scenarios = [] }, few, SilentProgress.Instance).CompareAsync(
                ArmSpecification.Parse("--a", "base"), ArmSpecification.Parse("--b", $"optimized,sql={file},without=own_idx,work_mem=8MB"),
                stop);

            Assert.DoesNotContain(compared.Indexes, index => index.Index == "own_idx");
            Assert.Equal("8MB", compared.ServerB.Settings["work_mem"]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private async Task<ArmComparison> CompareAsync(
        string b, ComparisonPlan? plan = null, PlantedFault? planted = null, string a = "optimized") =>
        await new Comparer(
            plan ?? Reads, new CrmSubject(SmallTemplate.Rows, ServerProfile.Checklist, keep: false)
            {
                Template = await template.MakeAsync(),
            },
            SilentProgress.Instance).CompareAsync(
            ArmSpecification.Parse("--a", a), ArmSpecification.Parse("--b", b), TestContext.Current.CancellationToken, planted);
}
