using LoadHarness.Cli.Options;
using LoadHarness.Cli.Verbs;
using LoadHarness.Core;

namespace LoadHarness.UnitTests.Cli;

/// <summary>An option that a form of a verb does not use is refused before any work, not accepted in silence.</summary>
public sealed class FormOptionsTests
{
    private const string Given = "Host=127.0.0.1;Port=1;Username=x";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    // The seed, settings and runs of some rows are wrong too: no row could start work, and all that is wrong is told together.
    [Theory]
    [InlineData("--contacts: prove --evidence ", "prove --evidence nowhere.json --contacts 5k")]
    [InlineData("--seed: prove --evidence ", "prove --evidence nowhere.json --seed 7")]
    [InlineData("--settings: prove --evidence ", "prove --evidence nowhere.json --settings tuned")]
    [InlineData("--quick: prove --evidence ", "prove --evidence nowhere.json --quick")]
    [InlineData("--keep: prove --evidence ", "prove --evidence nowhere.json --keep")]
    [InlineData("--measure: migrate --status ", "migrate --status --measure")]
    [InlineData("--contacts: migrate --status ", "migrate --status --contacts 5k")]
    [InlineData("--contacts: migrate without --measure ", "migrate --contacts 5k")]
    [InlineData("--force: migrate without --measure ", "migrate --force --database " + Given)]
    [InlineData("--seed: migrate without --contacts ", "migrate --measure --seed 7 --database " + Given)]
    [InlineData("--reuse: seed --measure ", "seed --measure --reuse --seed x")]
    [InlineData("--force: seed --measure on a private server ", "seed --measure --force --database container")]
    [InlineData("--job: jobs schedule ", "jobs schedule --job refresh")]
    [InlineData("--all: jobs schedule ", "jobs schedule --all")]
    [InlineData("--require: report --compare ", "report --compare a b --require TQ-1")]
    [InlineData("--workload: report --compare ", "report --compare a b --workload nowhere")]
    [InlineData("--targets: report --history ", "report --history nowhere --targets nowhere.json")]
    [InlineData("--slot: gate accept ", "gate accept --slot 3")]
    [InlineData("--keep: gate accept ", "gate accept --keep")]
    [InlineData("--reason: gate selftest ", "gate selftest --reason why --seed x")]
    [InlineData("--suites: gate compares", "gate --suites 2 --seed x")]
    [InlineData("--slot: compare --counters-only ", "compare --b base --counters-only --slot 3 --seed x")]
    [InlineData("--quick: headroom --level ", "headroom --level 3 --quick --seed x")]
    [InlineData("--quick: scale --sizes --slot ", "scale --sizes 5k,10k,20k --slot 1 --quick --seed x")]
    [InlineData("--skew: verify without --contacts ", "verify --workspaces 20 --skew 1 --database " + Given)]
    [InlineData("--profile: verify of a given database ", "verify --profile smoke --database " + Given)]
    [InlineData("--seed: health without --contacts ", "health --seed 7 --database " + Given)]
    [InlineData("--scale: workload init without --pgbench ", "workload init x --scale 3")]
    [InlineData("--statements: workload init --pgbench ", "workload init x --pgbench tpcb-like --statements 3")]
    public async Task What_a_form_does_not_use_is_refused_by_its_name(string words, string typed)
    {
        var fault = await Assert.ThrowsAsync<HarnessException>(() => InvokeAsync(typed));

        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
        Assert.Contains("and does not use it. Leave it out.", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prove --evidence nowhere.json --claims RE-2")]
    [InlineData("migrate --status --measure false")]
    [InlineData("migrate --status --json")]
    [InlineData("jobs run --job refresh")]
    [InlineData("report --compare a b --open --json")]
    [InlineData("gate accept --json")]
    [InlineData("workload init x --pgbench tpcb-like --scale 3")]
    public async Task What_a_form_uses_is_not(string typed)
    {
        // Each is wrong otherwise: no database, no run, no reason.
        var fault = await Assert.ThrowsAsync<HarnessException>(() => InvokeAsync(typed));

        Assert.DoesNotContain("does not use it", fault.Message, StringComparison.Ordinal);
    }

    private static async Task InvokeAsync(string typed)
    {
        var root = CommandLine.Build(
            new CommandLineOptions(), (_, _) => throw new InvalidOperationException("nothing is run"), _ => { }, Stop);
        await root.Parse(typed.Split(' ')).InvokeAsync(
            new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, CancellationToken.None);
    }
}
