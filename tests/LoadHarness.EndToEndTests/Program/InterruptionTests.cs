using System.Diagnostics;
using System.Text.Json;
using LoadHarness.Reporting;

namespace LoadHarness.EndToEndTests.Program;

public sealed class InterruptionTests(SeededSnapshot snapshot) : IDisposable
{
    private readonly TemporaryDirectory _output = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task Ctrl_C_while_measuring_leaves_an_incomplete_report_and_no_server()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Windows has no signal to send to one process.");
        using var program = await MeasuringProgram.StartAsync(snapshot, _output.Path);

        Assert.Equal(0, program.Signal(Signals.Interrupt));
        await program.EndedAsync();

        Assert.Equal(5, program.ExitCode);
        var folder = Assert.Single(Directory.GetDirectories(_output.Path));
        var run = await RunJson.ReadAsync(Path.Combine(folder, "run.json"), TestContext.Current.CancellationToken);
        Assert.Contains("Interrupted", run.IncompleteReason, StringComparison.Ordinal);
        Assert.Contains("incomplete", await File.ReadAllTextAsync(
            Path.Combine(folder, "report.html"), TestContext.Current.CancellationToken), StringComparison.OrdinalIgnoreCase);
        await program.RequireGoneAsync();
    }

    [Theory]
    [InlineData(Signals.HangUp, "run")]
    [InlineData(Signals.Terminate, "verify")]
    public async Task A_lost_terminal_or_a_stop_keeps_what_was_measured(int signal, string verb)
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Windows has no signal to send to one process.");
        using var program = await MeasuringProgram.StartAsync(snapshot, _output.Path, verb: verb);

        Assert.Equal(0, program.Signal(signal));
        await program.EndedAsync();

        var run = await RunJson.ReadAsync(
            Path.Combine(Assert.Single(Directory.GetDirectories(_output.Path)), "run.json"), TestContext.Current.CancellationToken);
        MeasuringProgram.RequireFigures(run);
    }

    [Fact]
    public async Task A_verb_that_keeps_nothing_says_that_it_was_interrupted_and_reports_no_fault()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Windows has no signal to send to one process.");
        var stop = TestContext.Current.CancellationToken;
        using var program = Process.Start(new ProcessStartInfo(
            BuiltProgram.Executable,
            ["compare", "--contacts", "3000", "--b", "base", "--counters-only", "--json", "--out", _output.Path])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["LOADHARNESS_DATABASE"] = null },
        })!;
        while (await program.StandardError.ReadLineAsync(stop) is { } line
            && !line.Contains("Applying functions of", StringComparison.Ordinal))
        {
            // Until it is at work on its first server.
        }

        Assert.Equal(0, Signals.Send(program.Id, Signals.OrTerminate(Signals.Interrupt)));
        var errors = program.StandardError.ReadToEndAsync(stop);
        using var printed = JsonDocument.Parse(await program.StandardOutput.ReadToEndAsync(stop));
        await program.WaitForExitAsync(stop);

        Assert.Equal(5, program.ExitCode);
        Assert.Contains("Interrupted.", await errors, StringComparison.Ordinal);
        var told = printed.RootElement;
        Assert.Equal(("Interrupted.", "incomplete", 5),
            (told.GetProperty("error").GetString(), told.GetProperty("verdict").GetString(), told.GetProperty("exitCode").GetInt32()));
        Assert.NotEmpty(told.GetProperty("reasons").EnumerateArray());
    }

    [Fact]
    public async Task A_server_that_is_killed_while_measured_leaves_the_figures_of_its_scenario()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("The server's processes are found by /proc.");
        using var program = await MeasuringProgram.StartAsync(snapshot, _output.Path, BuiltProgram.TenSecondProfile);

        // A session whose postmaster was killed before it may have ended by itself.
        Assert.Contains(0, program.ServerProcesses().Select(server => Signals.Send(server, Signals.Kill)).ToList());
        await program.EndedAsync();

        Assert.NotEqual(0, program.ExitCode);
        var run = await RunJson.ReadAsync(
            Path.Combine(Assert.Single(Directory.GetDirectories(_output.Path)), "run.json"), TestContext.Current.CancellationToken);
        MeasuringProgram.RequireFigures(run);
        Assert.True(run.Scenarios[0].Accounting.Failed > 0, "the lost server failed no request");
    }

    [Fact]
    public async Task A_full_standard_output_ends_no_run_and_is_said_on_standard_error()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("Only Linux has /dev/full.");
        // The stages of a workload are few, and what is asked here holds for every run.
        var workload = Path.Combine(_output.Path, "one");
        Directory.CreateDirectory(workload);
        await File.WriteAllTextAsync(Path.Combine(workload, "workload.json"), """
            { "name": "one", "scenarios": { "load": { "operations": { "one": 1 },
              "simulations": [ { "kind": "keepConstant", "copies": 1, "during": "1s" } ] } } }
            """, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(workload, "statements.sql"), "-- name: one\nselect 1;\n", TestContext.Current.CancellationToken);
        var runs = Path.Combine(_output.Path, "runs");
        const string command = "exec \"$0\" run --database native --workload \"$1\" --out \"$2\" > /dev/full";
        var ended = await CliWrap.Buffered.BufferedCommandExtensions.ExecuteBufferedAsync(
            CliWrap.Cli.Wrap("/bin/sh").WithArguments(["-c", command, BuiltProgram.Executable, workload, runs])
                .WithValidation(CliWrap.CommandResultValidation.None)
                .WithEnvironmentVariables(variables => variables.Set("LOADHARNESS_DATABASE", null)
                    .Set("GITHUB_STEP_SUMMARY", "/proc/nowhere/summary")),
            TestContext.Current.CancellationToken);

        Assert.True(ended.ExitCode is 0 or 3 or 5, ended.StandardError);
        Assert.Contains("Standard output could not be written", ended.StandardError, StringComparison.Ordinal);
        Assert.Contains("GITHUB_STEP_SUMMARY names '/proc/nowhere/summary'", ended.StandardError, StringComparison.Ordinal);
        var run = await RunJson.ReadAsync(
            Path.Combine(Assert.Single(Directory.GetDirectories(runs)), "run.json"), TestContext.Current.CancellationToken);
        Assert.Null(run.IncompleteReason);
    }

    [Fact]
    public async Task A_killed_program_takes_its_server_with_it()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("The watch over the server is a POSIX shell's.");
        using var program = await MeasuringProgram.StartAsync(snapshot, _output.Path);

        Assert.Equal(0, program.Signal(Signals.Kill));
        await program.EndedAsync();

        await program.RequireGoneAsync();
    }
}
