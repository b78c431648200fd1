using CliWrap.Buffered;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Comparing;
using LoadHarness.Comparing.Subjects;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Options;

namespace LoadHarness.UnitTests.Comparing;

public sealed class GatePinTests
{
    [Theory]
    [InlineData(null, "gate accept --against REV")]
    [InlineData("workloads/shop", "gate accept --workload workloads/shop --against REV")]
    public async Task A_missing_pin_says_which_call_makes_it(string? workload, string expected)
    {
        var fault = await Assert.ThrowsAsync<HarnessException>(
            () => GatePin.ReadAsync("no-such-folder/gate.json", workload, TestContext.Current.CancellationToken));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_moves_is_pinned_by_the_hash_of_today()
    {
        using var folder = new TemporaryDirectory();
        await GitAsync(folder.Path, "init", "-q", "-b", "main");
        await CommitAsync(folder.Path);
        await GitAsync(folder.Path, "-c", "user.name=t", "-c", "user.email=t@example.test", "tag", "-a", "v1.0", "-m", "1");
        var today = (await GitAsync(folder.Path, "rev-parse", "HEAD")).Trim();

        var branch = await FixedAsync("main");
        await CommitAsync(folder.Path);

        Assert.Equal(new GatePin(today, "why", "main"), branch);
        Assert.Equal(new GatePin($"{today},work_mem=1MB", "why", "v1.0"), await FixedAsync("v1.0,work_mem=1MB"));
        Assert.Equal(new GatePin(today, "why"), await FixedAsync(today));
        Assert.Equal(new GatePin(folder.Path, "why"), await FixedAsync(folder.Path));
        Assert.NotEqual(today, (await FixedAsync("HEAD")).Against);
        var file = Path.Combine(folder.Path, "gate.json");
        foreach (var pin in new[] { branch, await FixedAsync(today) })
        {
            await pin.WriteAsync(file, TestContext.Current.CancellationToken);
            var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
            Assert.Equal(pin.Named is not null, text.Contains("\"named\"", StringComparison.Ordinal));
            Assert.Equal(pin, await GatePin.ReadAsync(file, null, TestContext.Current.CancellationToken));
        }

        foreach (var wrong in (string[])["nowhere", "--all", "HEAD:gate.json"])
            Assert.Equal(ExitCode.BadUsage, (await Assert.ThrowsAsync<HarnessException>(() => FixedAsync(wrong))).ExitCode);

        Task<GatePin> FixedAsync(string against) =>
            new GatePin(against, "why").FixedAsync(folder.Path, TestContext.Current.CancellationToken);
    }

    /// <summary>Both arms were the same commit each night, and nothing was ever worse.</summary>
    [Theory]
    [InlineData("main")]
    [InlineData("main,work_mem=1MB")]
    [InlineData("HEAD~0")]
    public async Task A_file_that_names_what_moves_is_no_pin(string against)
    {
        using var folder = new TemporaryDirectory();
        await GitAsync(folder.Path, "init", "-q", "-b", "main");
        await CommitAsync(folder.Path);
        var (file, stop) = (Path.Combine(folder.Path, "gate.json"), TestContext.Current.CancellationToken);
        var pin = new GatePin(against, "why");
        await pin.WriteAsync(file, stop);

        var fault = await Assert.ThrowsAsync<HarnessException>(() => GatePin.OfAsync(null, file, folder.Path, stop));

        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
        Assert.Contains("this moves", fault.Message, StringComparison.Ordinal);
        Assert.Contains($"gate accept --workload {folder.Path} --against {against} --reason", fault.Message, StringComparison.Ordinal);
        foreach (var accepted in (GatePin[])[await pin.FixedAsync(folder.Path, stop), new(folder.Path, "a folder")])
        {
            await accepted.WriteAsync(file, stop);
            Assert.Equal(accepted, await GatePin.OfAsync(null, file, folder.Path, stop));
        }
    }

    /// <summary>What the request before found was said to be known of the next, against another commit of the same branch.</summary>
    [Fact]
    public async Task A_night_against_a_branch_is_known_by_the_commit_of_that_night()
    {
        using var folder = new TemporaryDirectory();
        await GitAsync(folder.Path, "init", "-q", "-b", "main");
        await CommitAsync(folder.Path);
        var (history, stop) = (Path.Combine(folder.Path, "nights.jsonl"), TestContext.Current.CancellationToken);
        var conditions = new GateConditions(20_000, 42, "checklist", 5);

        var first = await GivenAsync("main");
        await GateHistory.AddAsync(history, GateNight.Of(Sample.Comparison, first.KeyWith(null), "abc", conditions), stop);
        Assert.Single(await EarlierAsync(await GivenAsync("main")));
        await CommitAsync(folder.Path);

        Assert.Empty(await EarlierAsync(await GivenAsync("main")));
        Assert.Single(await EarlierAsync(await GivenAsync("main~1")));
        Assert.Equal($"main ({first.Against})", first.Title);
        Assert.Equal($"git:{first.Against}", first.Arm);

        Task<GatePin> GivenAsync(string against) => GatePin.OfAsync(against, "no-such-file.json", folder.Path, stop);

        Task<IReadOnlyList<GateNight>> EarlierAsync(GatePin pin) =>
            GateHistory.ReadAsync(history, pin.KeyWith(null), conditions, stop);
    }

    [Fact]
    public async Task A_folder_with_other_files_is_another_baseline()
    {
        using var folder = new TemporaryDirectory();
        var stop = TestContext.Current.CancellationToken;
        foreach (var name in (string[])["functions", "queries"]) Directory.CreateDirectory(Path.Combine(folder.Path, name));
        File.Copy(Repository.File("sql", "schema.sql"), Path.Combine(folder.Path, "schema.sql"));
        var work = new ComparedWork(
            ComparisonPlan.Standard, new CrmSubject(new(20_000, 42, 1), ServerProfile.Checklist, keep: false), Workload: null);
        var pin = new GatePin(folder.Path, "why");

        var before = await KeyAsync();
        Assert.Equal(before, await KeyAsync());
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "functions", "one.sql"), "select 1", stop);

        Assert.StartsWith($"{folder.Path} ", before, StringComparison.Ordinal);
        Assert.NotEqual(before, await KeyAsync());
        Assert.Null(await work.ChecksumAsync(work.Arm("--against", "git:main"), stop));

        async Task<string> KeyAsync() => pin.KeyWith(await work.ChecksumAsync(work.Arm("--against", pin.Arm), stop));
    }

    [Fact]
    public async Task A_shallow_clone_that_lacks_the_commit_says_how_to_get_it()
    {
        using var folder = new TemporaryDirectory();
        var (origin, clone) = (Path.Combine(folder.Path, "origin"), Path.Combine(folder.Path, "clone"));
        await GitAsync(folder.Path, "init", "-q", "-b", "main", origin);
        await CommitAsync(origin);
        var first = new GatePin((await GitAsync(origin, "rev-parse", "HEAD")).Trim(), "why");
        await CommitAsync(origin);
        await GitAsync(folder.Path, "clone", "-q", "--depth", "1", new Uri(origin).AbsoluteUri, clone);

        var shallow = await FaultAsync(first, clone);
        var whole = await FaultAsync(new("nowhere", "why"), origin);

        Assert.Equal((ExitCode.BadUsage, ExitCode.BadUsage), (shallow.ExitCode, whole.ExitCode));
        Assert.Contains("fetch-depth: 0", shallow.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("fetch-depth", whole.Message, StringComparison.Ordinal);

        static Task<HarnessException> FaultAsync(GatePin pin, string within) =>
            Assert.ThrowsAsync<HarnessException>(() => pin.FixedAsync(within, TestContext.Current.CancellationToken));
    }

    private static Task<string> CommitAsync(string folder) => GitAsync(
        folder, "-c", "user.name=t", "-c", "user.email=t@example.test", "commit", "-q", "--allow-empty", "-m", "one more");

    private static async Task<string> GitAsync(string folder, params string[] arguments) => (await CliWrap.Cli.Wrap("git")
        .WithWorkingDirectory(folder).WithArguments(arguments).ExecuteBufferedAsync(TestContext.Current.CancellationToken)).StandardOutput;
}
