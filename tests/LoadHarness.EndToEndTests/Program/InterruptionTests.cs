using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using LoadHarness.Core.Measurement;
using LoadHarness.Reporting;

namespace LoadHarness.EndToEndTests.Program;

[Collection(OneAtATime.Name)]
public sealed partial class InterruptionTests : IDisposable
{
    private const int Interrupt = 2;
    private const int HangUp = 1;
    private const int Kill = 9;
    private const int Halt = 19;
    private const int Terminate = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly TemporaryDirectory _output = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task Ctrl_C_while_measuring_leaves_an_incomplete_report_and_no_server()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Windows has no signal to send to one process.");
        using var program = await MeasuringAsync();

        Assert.Equal(0, Signal(program.Process.Id, InterruptIsIgnored() ? Terminate : Interrupt));
        await program.Process.WaitForExitAsync(TestContext.Current.CancellationToken)
            .WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal(5, program.Process.ExitCode);
        var folder = Assert.Single(Directory.GetDirectories(_output.Path));
        var run = await RunJson.ReadAsync(Path.Combine(folder, "run.json"), TestContext.Current.CancellationToken);
        Assert.Contains("Interrupted", run.IncompleteReason, StringComparison.Ordinal);
        Assert.Contains("incomplete", await File.ReadAllTextAsync(
            Path.Combine(folder, "report.html"), TestContext.Current.CancellationToken), StringComparison.OrdinalIgnoreCase);
        await RequireGoneAsync(program.Port);
    }

    [Fact]
    public async Task A_second_signal_while_the_server_is_halted_ends_the_run_within_seconds_with_its_figures_and_no_server()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("The server's processes are found by /proc.");
        using var program = await MeasuringAsync();
        Assert.All(ServerProcesses(program.Port), server => Assert.Equal(0, Signal(server, Halt)));

        Assert.Equal(0, Signal(program.Process.Id, Terminate));
        await program.SaysAsync("Stopping, up to");
        Assert.Equal(0, Signal(program.Process.Id, Terminate));
        var began = Stopwatch.GetTimestamp();
        await program.Process.WaitForExitAsync(TestContext.Current.CancellationToken)
            .WaitAsync(Patience, TestContext.Current.CancellationToken);

        // Five seconds are promised; a test that runs with others on a small machine gets twice as long.
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 10);
        Assert.Equal(5, program.Process.ExitCode);
        var run = await RunJson.ReadAsync(
            Path.Combine(Assert.Single(Directory.GetDirectories(_output.Path)), "run.json"), TestContext.Current.CancellationToken);
        Assert.Contains("Interrupted", run.IncompleteReason, StringComparison.Ordinal);
        Assert.Contains(run.Scenarios, scenario => scenario is { Name: "lead-queries", AbortReason: not null });
        RequireFigures(run);
        await RequireGoneAsync(program.Port);
    }

    [Theory]
    [InlineData(HangUp)]
    [InlineData(Terminate)]
    public async Task A_lost_terminal_or_a_stop_keeps_what_was_measured(int signal)
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Windows has no signal to send to one process.");
        using var program = await MeasuringAsync();

        Assert.Equal(0, Signal(program.Process.Id, signal));
        await program.Process.WaitForExitAsync(TestContext.Current.CancellationToken)
            .WaitAsync(Patience, TestContext.Current.CancellationToken);

        var run = await RunJson.ReadAsync(
            Path.Combine(Assert.Single(Directory.GetDirectories(_output.Path)), "run.json"), TestContext.Current.CancellationToken);
        RequireFigures(run);
    }

    [Fact]
    public async Task A_server_that_is_killed_while_measured_leaves_the_figures_of_its_scenario()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("The server's processes are found by /proc.");
        using var program = await MeasuringAsync(BuiltProgram.HalfMinuteProfile);

        // A session whose postmaster was killed before it may have ended by itself.
        Assert.Contains(0, ServerProcesses(program.Port).Select(server => Signal(server, Kill)).ToList());
        await program.Process.WaitForExitAsync(TestContext.Current.CancellationToken)
            .WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.NotEqual(0, program.Process.ExitCode);
        var run = await RunJson.ReadAsync(
            Path.Combine(Assert.Single(Directory.GetDirectories(_output.Path)), "run.json"), TestContext.Current.CancellationToken);
        RequireFigures(run);
        Assert.True(run.Scenarios[0].Accounting.Failed > 0, "the lost server failed no request");
    }

    [Fact]
    public async Task A_full_standard_output_ends_no_run_and_is_said_on_standard_error()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("Only Linux has /dev/full.");
        BuiltProgram.AddTinyProfile();
        var command = $"exec \"$0\" run --contacts 2000 --profile {BuiltProgram.TinyProfile} --database native --out \"$1\" > /dev/full";
        var ended = await CliWrap.Buffered.BufferedCommandExtensions.ExecuteBufferedAsync(
            CliWrap.Cli.Wrap("/bin/sh").WithArguments(["-c", command, BuiltProgram.Executable, _output.Path])
                .WithValidation(CliWrap.CommandResultValidation.None)
                .WithEnvironmentVariables(variables => variables.Set("LOADHARNESS_DATABASE", null)
                    .Set("GITHUB_STEP_SUMMARY", "/proc/nowhere/summary")),
            TestContext.Current.CancellationToken);

        Assert.True(ended.ExitCode is 0 or 3 or 5, ended.StandardError);
        Assert.Contains("Standard output could not be written", ended.StandardError, StringComparison.Ordinal);
        Assert.Contains("GITHUB_STEP_SUMMARY names '/proc/nowhere/summary'", ended.StandardError, StringComparison.Ordinal);
        var run = await RunJson.ReadAsync(
            Path.Combine(Assert.Single(Directory.GetDirectories(_output.Path)), "run.json"), TestContext.Current.CancellationToken);
        Assert.Null(run.IncompleteReason);
    }

    [Fact]
    public async Task A_killed_program_takes_its_server_with_it()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("The watch over the server is a POSIX shell's.");
        using var program = await MeasuringAsync();

        Assert.Equal(0, Signal(program.Process.Id, Kill));
        await program.Process.WaitForExitAsync(TestContext.Current.CancellationToken);

        await RequireGoneAsync(program.Port);
    }

    private async Task<Running> MeasuringAsync(string profile = BuiltProgram.LongProfile)
    {
        BuiltProgram.AddLongProfile();
        BuiltProgram.AddHalfMinuteProfile();
        var process = Process.Start(new ProcessStartInfo(
            BuiltProgram.Executable, ["run", "--contacts", "2000", "--profile", profile, "--database", "native", "--out",
            _output.Path])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["LOADHARNESS_DATABASE"] = null },
        })!;
        var (port, errors) = (0, Channel.CreateUnbounded<string>());
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask()
            .WaitAsync(Patience, TestContext.Current.CancellationToken) is { } line)
        {
            if (Endpoint().Match(line) is { Success: true } endpoint)
                port = int.Parse(endpoint.Groups[1].ValueSpan);
            if (Measured().IsMatch(line)) break;
        }

        Assert.True(port > 0 && !process.HasExited, "the program ended, or named no server, before it measured");
        // What it writes from here on must not block it.
        _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        process.ErrorDataReceived += (_, line) => errors.Writer.TryWrite(line.Data ?? "");
        process.BeginErrorReadLine();
        return new(process, port, errors.Reader);
    }

    // The server answers nobody any more: its process is gone, and with it its port.
    private static async Task RequireGoneAsync(int port)
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30))
        {
            using var client = new System.Net.Sockets.TcpClient();
            try
            {
                await client.ConnectAsync("127.0.0.1", port, TestContext.Current.CancellationToken);
            }
            catch (System.Net.Sockets.SocketException)
            {
                return;
            }

            await Task.Delay(200, TestContext.Current.CancellationToken);
        }

        Assert.Fail($"the server on port {port} still answers after 30 s");
    }

    // The postmaster that was started for this port, and its children.
    private static List<int> ServerProcesses(int port)
    {
        var processes = Process.GetProcessesByName("postgres").Select(process => process.Id).ToList();
        var master = processes.Find(id => CommandOf(id).EndsWith($"-p\0{port}\0", StringComparison.Ordinal));
        return [master, .. processes.Where(id => ParentOf(id) == master)];
    }

    private static string CommandOf(int process) => File.Exists($"/proc/{process}/cmdline")
        ? File.ReadAllText($"/proc/{process}/cmdline")
        : "";

    private static int ParentOf(int process)
    {
        var status = $"/proc/{process}/status";
        var line = File.Exists(status) ? File.ReadLines(status)
            .FirstOrDefault(text => text.StartsWith("PPid:", StringComparison.Ordinal)) : null;
        return line is null ? 0 : int.Parse(line["PPid:".Length..].Trim());
    }

    // A shell starts what it puts in the background with SIGINT ignored, and children inherit that; SIGTERM then takes the same way.
    private static bool InterruptIsIgnored()
    {
        const string status = "/proc/self/status";
        var line = File.Exists(status) ? File.ReadLines(status)
            .FirstOrDefault(text => text.StartsWith("SigIgn:", StringComparison.Ordinal)) : null;
        return line is not null && (ulong.Parse(line["SigIgn:".Length..].Trim(), NumberStyles.HexNumber) & (
            1UL << (Interrupt - 1))) != 0;
    }

    [GeneratedRegex(@"at 127\.0\.0\.1:(\d+)")]
    private static partial Regex Endpoint();

    // A second that was measured, in which requests were answered.
    [GeneratedRegex(@"^ *lead-queries measuring \d+ s: .*achieved (?!0/s|0\.0/s)")]
    private static partial Regex Measured();

    // What was answered before it was stopped is kept.
    private static void RequireFigures(RunResult run)
    {
        var scenario = Assert.Single(run.Scenarios, scenario => scenario.Name == "lead-queries");
        Assert.NotNull(run.IncompleteReason);
        Assert.True(scenario.Accounting is { Completed: > 0, Balances: true }, $"{scenario.Accounting}");
        Assert.Equal(scenario.Accounting.Completed, scenario.Operations.Sum(operation => operation.Response.Count));
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);

    private sealed record Running(Process Process, int Port, ChannelReader<string> Errors) : IDisposable
    {
        public async Task SaysAsync(string words)
        {
            while (!(await Errors.ReadAsync(TestContext.Current.CancellationToken).AsTask()
                .WaitAsync(Patience, TestContext.Current.CancellationToken)).Contains(words, StringComparison.Ordinal))
            {
                // Until the line comes.
            }
        }

        public void Dispose()
        {
            if (!Process.HasExited) Process.Kill();
            Process.Dispose();
        }
    }
}
