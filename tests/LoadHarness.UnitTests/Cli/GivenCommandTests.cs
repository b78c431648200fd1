using System.CommandLine;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Verbs;
using LoadHarness.Core.Options;

namespace LoadHarness.UnitTests.Cli;

/// <summary>What a run keeps of its command line: enough to ask for it again.</summary>
public sealed class GivenCommandTests
{
    private static readonly CommandLineOptions Words = new();

    [Theory]
    [InlineData("", "run")]
    [InlineData("run --contacts 5k --profile smoke --seed 7", "run --contacts 5k --profile smoke --seed 7")]
    [InlineData("--workspaces 20 --skew 0.5 --settings tuned --pooler none --database native",
        "run --workspaces 20 --skew 0.5 --settings tuned --pooler none --database native")]
    [InlineData("run --require TQ-1,TQ-2 --without-extensions pg_cron,pg_partman --database container",
        "run --require TQ-1,TQ-2 --without-extensions pg_cron,pg_partman --database container")]
    [InlineData("run --contacts=5k --out /tmp --open --json --keep", "run --contacts 5k")]
    [InlineData("prove --quick --claims RE-2,ER-1 --contacts 5k --keep", "prove --quick --claims RE-2,ER-1 --contacts 5k")]
    [InlineData("scale --sizes 5k,10k,20k --slot 2 --settings tuned", "scale --sizes 5k,10k,20k --slot 2 --settings tuned")]
    [InlineData("ledger --indexes a,b --arm optimized,work_mem=64MB", "ledger --indexes a,b --arm optimized,work_mem=64MB")]
    [InlineData("gate selftest --suites 2 --slot 0", "gate selftest --suites 2 --slot 0")]
    [InlineData("gate --against HEAD~3 --contacts 5k", "gate --against HEAD~3 --contacts 5k")]
    [InlineData("compare --a base --b optimized --workspaces 20 --scenarios segmentation --counters-only",
        "compare --a base --b optimized --workspaces 20 --scenarios segmentation --counters-only")]
    public void What_was_typed_is_kept_without_what_changes_no_figure(string typed, string kept)
    {
        var command = Of(typed.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(kept.Split(' ').Order(), command.Order());
        Assert.Equal(command.Order(), Of([.. command]).Order());
    }

    [Fact]
    public void Files_of_ones_own_are_kept_as_they_were_named()
    {
        var (workload, profile, targets) = (Repository.File("scenarios", "examples", "shop"),
            Repository.File("scenarios", "profiles", "smoke.json"), Repository.File("scenarios", "targets.json"));

        Assert.Equal(["run", "--workload", workload, "--database", "native"], Of(["--workload", workload, "--database", "native"]));
        Assert.Equal(["run", "--profile", profile, "--targets", targets], Of(["run", "--profile", profile, "--targets", targets]));
    }

    [Fact]
    public void No_secret_is_kept_and_nothing_that_deletes_rows()
    {
        var command = Of(["run", "--database", "Host=db;Username=u;Password=secret", "--force=delete-all-rows", "--seed", "7"]);

        Assert.Equal(["run", "--seed", "7"], command);
        Assert.Equal(["compare", "--b", "db:Host=db;PSW=***", "--workload", "scenarios"], GivenCommand.Of(
            Root().Parse(["compare", "--b", "db:Host=db;PSW=it's secret", "--workload", "scenarios"]), new DatabaseTarget.Auto()));
    }

    private static IReadOnlyList<string> Of(string[] typed) => Words.Read(Root().Parse(typed)).Command;

    private static RootCommand Root() => CommandLine.Build(
        Words, (_, _) => throw new InvalidOperationException("nothing is run"), _ => { }, CancellationToken.None);
}
