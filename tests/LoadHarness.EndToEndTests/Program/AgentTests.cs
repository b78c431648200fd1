using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using LoadHarness.Agents.Broker;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting;

namespace LoadHarness.EndToEndTests.Program;

/// <summary>Several generators on this machine, as processes of their own.</summary>
[Collection(OneAtATime.Name)]
public sealed partial class AgentTests : IDisposable
{
    private readonly TemporaryDirectory _output = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task Three_agents_make_the_counts_of_one_process_operation_by_operation()
    {
        Require.Present(NatsServer.Find() is null ? NatsServer.HowToGetIt : null);
        BuiltProgram.AddTinyProfile();

        // At the same time: what is compared is counts, and each has a server of its own.
        var ended = await Task.WhenAll(RunAsync("alone"), RunAsync("shared", "--agents", "3"));

        Assert.All(ended, one => Assert.True(one.ExitCode is 0 or 3 or 5, one.Text));
        var (alone, shared) = (await ReadAsync("alone"), await ReadAsync("shared"));
        Assert.Null(shared.IncompleteReason);
        Assert.Equal(Scheduled(alone), Scheduled(shared));
        Assert.All(shared.Scenarios, scenario =>
        {
            Assert.Equal((scenario.Name, 0L), (scenario.Name, scenario.Accounting.Failed));
            Assert.True(scenario.Accounting.Completed > 0, scenario.Name);
        });
        Assert.Equal(["1/3", "2/3", "3/3"], shared.Agents.Select(agent => agent.Name));
        foreach (var operation in shared.Scenarios.SelectMany(scenario => scenario.Operations.Select(o => (scenario.Name, Operation: o))))
            Assert.Equal(operation.Operation.Accounting, shared.Agents
                .SelectMany(agent => agent.Loads.Where(load => load.Scenario == operation.Name))
                .SelectMany(load => load.Operations.Where(o => o.Name == operation.Operation.Name))
                .Aggregate(Accounting.None, (sum, o) => sum + o.Accounting));
        // The server's statements are told apart although others sent them.
        Assert.Contains(shared.Observation!.Statements, statement => statement.Operations.Contains("lead-queries/email_lookup"));
        Assert.Contains("Generators</h2>", await File.ReadAllTextAsync(Path.Combine(Folder("shared"), "report.html"), Stop),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_agent_makes_the_run_invalid_and_its_share_is_named()
    {
        Require.Present(NatsServer.Find() is null ? NatsServer.HowToGetIt : null);
        BuiltProgram.AddHalfMinuteProfile();
        using var program = Start("killed", BuiltProgram.HalfMinuteProfile, "--agents", "3");
        var victim = 0;
        while (await program.StandardOutput.ReadLineAsync(Stop) is { } line)
        {
            if (Joined().Match(line) is { Success: true } joined) victim = int.Parse(joined.Groups[1].Value, CultureInfo.InvariantCulture);
            if (line.Contains("lead-queries measuring", StringComparison.Ordinal)) break;
        }

        var began = Stopwatch.GetTimestamp();
        using (var process = Process.GetProcessById(victim)) process.Kill();
        await program.StandardOutput.ReadToEndAsync(Stop);
        await program.WaitForExitAsync(Stop);

        Assert.Equal(5, program.ExitCode);
        // The load would have gone on for twenty seconds and more.
        var run = await ReadAsync("killed");
        var verdict = RunVerdict.Of(run);
        Assert.Equal(RunState.Invalid, verdict.State);
        Assert.StartsWith("Agent 2/3 on ", verdict.Headline, StringComparison.Ordinal);
        var loss = run.Agents[1].Loss!;
        Assert.Equal("its process ended with code 137", loss.Reason);
        Assert.InRange((loss.AtUtc - run.Scenarios[0].StartedUtc).TotalSeconds, 0, Stopwatch.GetElapsedTime(began).TotalSeconds + 15);
        var accounting = run.Scenarios[0].Accounting;
        Assert.True(accounting.Balances);
        Assert.InRange(loss.Skipped, (accounting.Scheduled / 3) - 2, (accounting.Scheduled / 3) + 2);
        Assert.Equal(loss.Skipped, accounting.Skipped);
        foreach (var file in (string[])["report.html", "summary.md"])
            Assert.Contains("Agent 2/3", await File.ReadAllTextAsync(Path.Combine(Folder("killed"), file), Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_with_an_agent_or_a_broker_is_named_before_anything_starts()
    {
        var agent = await BuiltProgram.RunAsync("agent", "4/3", "--join", "nats://token@host:4222");
        var run = await BuiltProgram.RunAsync("run", "--agents", "0", "--broker", "http://host", "--pooler", "pgbouncer");

        Assert.Equal((2, 2), (agent.ExitCode, run.ExitCode));
        foreach (var word in (string[])["give k/N", "shows in the process list", "LOADHARNESS_AGENT_TOKEN", "LOADHARNESS_DATABASE"])
            Assert.Contains(word, agent.StandardError, StringComparison.Ordinal);
        foreach (var word in (string[])["--agents '0'", "no address of a broker", "Give --database", "Leave --pooler out"])
            Assert.Contains(word, run.StandardError, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"agent 2/3 on .* \(process (\d+)\) has joined")]
    private static partial Regex Joined();

    // Users who wait for nothing begin as many imports and campaigns as there is time for.
    private static List<(string, string, long)> Scheduled(RunResult run) =>
        [.. from scenario in run.Scenarios
            where scenario.Name is not ("mixed-imports" or "mixed-campaigns")
            from operation in scenario.Operations
            select (scenario.Name, operation.Name, operation.Accounting.Scheduled)];

    private async Task<(int ExitCode, string Text)> RunAsync(string name, params string[] more)
    {
        using var program = Start(name, BuiltProgram.TinyProfile, more);
        var text = await program.StandardOutput.ReadToEndAsync(Stop);
        await program.WaitForExitAsync(Stop);
        return (program.ExitCode, text);
    }

    private Process Start(string name, string profile, params string[] more)
    {
        var start = new ProcessStartInfo(BuiltProgram.Executable) { RedirectStandardOutput = true };
        foreach (var word in (string[])["run", "--contacts", "2000", "--profile", profile, "--database", "native", "--out",
            Path.Combine(_output.Path, name), .. more])
            start.ArgumentList.Add(word);
        start.Environment.Remove("LOADHARNESS_DATABASE");
        return Process.Start(start)!;
    }

    private string Folder(string name) => Assert.Single(Directory.GetDirectories(Path.Combine(_output.Path, name)));

    private Task<RunResult> ReadAsync(string name) => RunJson.ReadAsync(Path.Combine(Folder(name), "run.json"), Stop);
}
