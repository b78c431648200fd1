using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Reporting.Page;

namespace LoadHarness.UnitTests.Reporting;

/// <summary>The command in the chapter of the environment asks for the same run again.</summary>
public sealed class RepeatTests
{
    [Fact]
    public void It_is_the_command_of_the_run_quoted_for_a_shell()
    {
        var run = SampleRun.Create(seconds: 3) with { Command = ["run", "--workload", "my shop's", "--profile", "p_1.json", "--out", ""] };

        Assert.Contains(
            @"Repeat it at commit 3f2c1ab: <code>./run.sh run --workload &#x27;my shop&#x27;\&#x27;&#x27;s&#x27; --profile p_1.json "
                + "--out &#x27;&#x27;</code>", Page(run), StringComparison.Ordinal);
    }

    [Fact]
    public void A_given_database_is_named_by_its_variable()
    {
        var run = SampleRun.Create(seconds: 3) with { Command = ["run", "--seed", "7"] };
        run = run with
        {
            Options = new Dictionary<string, string>(run.Options)
            {
                ["database"] = new DatabaseTarget.Given("x").ToString(), ["settings"] = "checklist",
            },
            Server = run.Server! with { Provisioning = ServerKind.Given },
        };

        Assert.Contains("with <code>LOADHARNESS_DATABASE</code> set to the connection string of such a database: "
            + "<code>./run.sh run --seed 7</code>", Page(run), StringComparison.Ordinal);
        // The options that the verb refuses beside it are no part of an older run's command, and its page says nothing of the usual ones.
        Assert.DoesNotContain("--database", Page(run with { Command = [] }), StringComparison.Ordinal);
        Assert.DoesNotContain("--settings", Page(run with { Command = [] }), StringComparison.Ordinal);
        Assert.Contains("standard, as given", Page(run), StringComparison.Ordinal);
    }

    [Fact]
    public void An_older_run_has_its_options_or_says_that_it_has_no_command()
    {
        Assert.Contains("<code>./run.sh run --contacts 2000000 --profile standard --database native --seed 42</code>",
            Page(SampleRun.Create(seconds: 3)), StringComparison.Ordinal);
        var workload = SampleRun.Create(seconds: 3) with { Options = new Dictionary<string, string> { ["workload"] = "shop 1a2b" } };
        foreach (var run in (RunResult[])[workload, SampleCompared.Growth with { Command = [] }])
            Assert.Contains("An older version recorded this run without its command", Page(run), StringComparison.Ordinal);
    }

    private static string Page(RunResult run) => ReportPage.Render(run);
}
