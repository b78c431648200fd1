using System.Diagnostics;
using System.Text.RegularExpressions;
using CliWrap.Buffered;
using LoadHarness.Agents.Broker;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Load;
using LoadHarness.Reporting;
using LoadHarness.Scenarios;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.EndToEndTests.Program;

/// <summary>Several generators on this machine, as processes of their own.</summary>
public sealed partial class AgentTests(SeededSnapshot snapshot) : IDisposable
{
    private readonly TemporaryDirectory _output = new();

    private static string ProfilePath { get; } = Path.Combine(AppContext.BaseDirectory, "scenarios", "profiles", "agents.json");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task Three_agents_make_the_counts_of_one_process_until_one_is_killed_which_spoils_the_run_and_is_named()
    {
        Require.Present(NatsServer.Find() is null ? NatsServer.HowToGetIt : null);
        await snapshot.MakeAsync();
        using var program = Start();
        DateTimeOffset killed;
        try
        {
            killed = await KillOneAsync(program);
            var text = await program.StandardOutput.ReadToEndAsync(Stop);
            await program.WaitForExitAsync(Stop);
            Assert.True(program.ExitCode == 5, text);
        }
        finally
        {
            // Its agents would go on with a load of minutes.
            if (!program.HasExited) program.Kill(entireProcessTree: true);
        }

        var folder = Assert.Single(Directory.GetDirectories(_output.Path));
        var run = await RunJson.ReadAsync(Path.Combine(folder, "run.json"), Stop);
        await RequireCountsOfOneProcessAsync(run);
        RequireAgents(run);
        RequireLoss(run, killed);
        foreach (var file in (string[])["report.html", "summary.md"])
            Assert.Contains("Agent 2/3 on ", await File.ReadAllTextAsync(Path.Combine(folder, file), Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_with_an_agent_or_a_broker_is_named_before_anything_starts()
    {
        var agent = await BuiltProgram.RunAsync("agent", "4/3", "--join", "http://t0ken@host:4222");
        var run = await BuiltProgram.RunAsync("run", "--agents", "0", "--broker", "http://host", "--pooler", "pgbouncer");
        var workload = await BuiltProgram.RunAsync("run", "--agents", "2", "--workload", _output.Path);

        Assert.Equal((2, 2, 2), (agent.ExitCode, run.ExitCode, workload.ExitCode));
        Assert.Contains("the scenarios of a --workload are run by one program", workload.StandardError, StringComparison.Ordinal);
        foreach (var word in (string[])["give k/N", "shows in the process list", "LOADHARNESS_AGENT_TOKEN", "LOADHARNESS_DATABASE"])
            Assert.Contains(word, agent.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain("t0ken", agent.StandardError, StringComparison.Ordinal);
        foreach (var word in (string[])["--agents '0'", "no address of a broker", "Give --database", "Leave --pooler out"])
            Assert.Contains(word, run.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_does_not_answer_is_named_before_anything_starts()
    {
        // Nothing listens on this port: a database that were asked before the broker would be what is named.
        var run = await BuiltProgram.With(
            "run", "--contacts", "1000", "--agents", "1", "--broker", "nats://127.0.0.1:1",
            "--database", "Host=127.0.0.1;Port=1;Username=u;Database=d", "--out", _output.Path)
            .WithEnvironmentVariables(variables => variables.Set("LOADHARNESS_DATABASE", null)
                .Set(AgentToken.EnvironmentVariable, AgentToken.Random()))
            .ExecuteBufferedAsync(Stop);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--broker: No connection to the broker nats://127.0.0.1:1", run.StandardError, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_output.Path));
    }

    // In the middle of the mix.
    private static async Task<DateTimeOffset> KillOneAsync(Process program)
    {
        var victim = 0;
        while (await program.StandardOutput.ReadLineAsync(Stop) is { } line)
        {
            if (Joined().Match(line) is { Success: true } joined) victim = int.Parse(joined.Groups[1].Value);
            if (line.Contains("mixed-users measuring", StringComparison.Ordinal)) break;
        }

        Assert.True(victim > 0, "No line said which process agent 2/3 is.");
        var killed = DateTimeOffset.UtcNow;
        using (var process = Process.GetProcessById(victim)) process.Kill();
        return killed;
    }

    [GeneratedRegex(@"agent 2/3 on .* \(process (\d+)\) has joined")]
    private static partial Regex Joined();

    // What one process would have offered, by the engine itself: nothing of it needs the database.
    private static async Task RequireCountsOfOneProcessAsync(RunResult run)
    {
        var profile = ProfileCatalog.Find(ProfilePath, out _)!;
        await using var environment = ScenarioEnvironment.Open(
            (_, _, _, _) => throw new InvalidOperationException("There is no database here."), run.Seed!, profile);
        foreach (var scenario in ScenarioCatalog.All.SelectMany(one => one.Build(environment))
            .Where(one => !one.Name.StartsWith("mixed", StringComparison.Ordinal)))
        {
            var alone = await LostShare.PlayAsync(
                scenario, LoadShare.Whole, 42, TimeSpan.FromDays(1), DateTimeOffset.UtcNow, "one process");
            var shared = run.Scenarios.Single(result => result.Name == scenario.Name);
            Assert.Equal(
                alone.Operations.Select(o => (o.Name, o.Accounting.Scheduled)),
                    shared.Operations.Select(o => (o.Name, o.Accounting.Completed)));
        }
    }

    private static void RequireAgents(RunResult run)
    {
        Assert.Equal(["1/3", "2/3", "3/3"], run.Agents.Select(agent => agent.Name));
        foreach (var (scenario, operation) in run.Scenarios.SelectMany(scenario => scenario.Operations.Select(o => (scenario.Name, o))))
        {
            var parts = run.Agents.SelectMany(agent => agent.Loads.Where(load => load.Scenario == scenario))
                .SelectMany(load => load.Operations.Where(o => o.Name == operation.Name)).ToList();
            Assert.Equal(operation.Accounting.Completed, parts.Sum(part => part.Accounting.Completed));
            Assert.Equal(operation.Response.Count, operation.Accounting.Completed);
        }

        // The server's statements are told apart although others sent them.
        Assert.Contains(run.Observation!.Statements, statement => statement.Operations.Contains("lead-queries/email_lookup"));
    }

    private static void RequireLoss(RunResult run, DateTimeOffset killed)
    {
        var verdict = RunVerdict.Of(run);
        Assert.Equal(RunState.Invalid, verdict.State);
        Assert.StartsWith("Agent 2/3 on ", verdict.Headline, StringComparison.Ordinal);
        var loss = run.Agents[1].Loss!;
        Assert.Equal(("its process ended with code 137", "mixed-users + mixed-imports + mixed-campaigns"), (loss.Reason, loss.Scenario));
        // Long before the mix would have ended.
        Assert.InRange((loss.AtUtc - killed).TotalSeconds, -1, 90);
        var mixed = run.Scenarios.Where(scenario => scenario.Name.StartsWith("mixed", StringComparison.Ordinal)).ToList();
        Assert.All(mixed, scenario => Assert.True(scenario.Accounting.Balances));
        Assert.Equal(loss.Skipped, mixed.Sum(OfTheLost));
        // Two of six paced users, and one of three imports and of three campaigns.
        Assert.InRange(OfTheLost(mixed[0]), (mixed[0].Accounting.Scheduled / 3) - 3, (mixed[0].Accounting.Scheduled / 3) + 3);
        Assert.Equal([1L, 1L], mixed.Skip(1).Select(OfTheLost));

        static long OfTheLost(ScenarioResult scenario) => scenario.Operations.SelectMany(operation => operation.Errors)
            .Where(error => error.Message.StartsWith("agent 2/3 on ", StringComparison.Ordinal)).Sum(error => error.Count);
    }

    // Its mix goes on for as long as it takes to disturb it.
    private Process Start()
    {
        File.WriteAllText(ProfilePath, """
            {
              "name": "agents",
              "description": "Seconds of what several generators share.",
              "leadQueries": { "ratePerSecond": 60, "warmUp": "1s", "during": "2s", "maxInFlight": 1000 },
              "bulkImport": { "rows": 300, "repetitions": 2 },
              "campaignSend": { "recipients": 300, "workers": 2, "repetitions": 2 },
              "mixedUsers": {
                "users": 6, "thinkTime": "500ms", "imports": 3, "importRows": 100, "campaigns": 3, "campaignRecipients": 100,
                "warmUp": "1s", "during": "2m"
              }
            }
            """);
        var start = new ProcessStartInfo(BuiltProgram.Executable) { RedirectStandardOutput = true };
        foreach (var word in (string[])["run", "--agents", "3", .. SeededSnapshot.Options, "--profile", ProfilePath, "--out", _output.Path])
            start.ArgumentList.Add(word);
        start.Environment.Remove("LOADHARNESS_DATABASE");
        return Process.Start(start)!;
    }
}
