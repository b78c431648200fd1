using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using LoadHarness.Reporting;
using LoadHarness.UnitTests.Reporting;

namespace LoadHarness.EndToEndTests.Program;

[Collection(OneAtATime.Name)]
public sealed partial class InterruptionTests : IDisposable
{
    private const int Interrupt = 2;
    private const int Kill = 9;
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
        await program.Process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal(5, program.Process.ExitCode);
        var folder = Assert.Single(Directory.GetDirectories(_output.Path));
        var run = await RunJson.ReadAsync(Path.Combine(folder, "run.json"), TestContext.Current.CancellationToken);
        Assert.Contains("Interrupted", run.IncompleteReason, StringComparison.Ordinal);
        Assert.Contains("incomplete", await File.ReadAllTextAsync(Path.Combine(folder, "report.html"), TestContext.Current.CancellationToken), StringComparison.OrdinalIgnoreCase);
        await RequireGoneAsync(program.Port);
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

    private async Task<Running> MeasuringAsync()
    {
        BuiltProgram.AddTinyProfile();
        var process = Process.Start(new ProcessStartInfo(BuiltProgram.Executable, ["run", "--contacts", "5000", "--profile", BuiltProgram.TinyProfile, "--database", "native", "--out", _output.Path])
        {
            RedirectStandardOutput = true,
            Environment = { ["LOADHARNESS_DATABASE"] = null },
        })!;
        var port = 0;
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken) is { } line)
        {
            if (Endpoint().Match(line) is { Success: true } endpoint) port = int.Parse(endpoint.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            if (line.Contains("lead-queries:", StringComparison.Ordinal)) break;
        }

        Assert.True(port > 0, "the program ended, or named no server, before it measured");
        // What it writes from here on must not block it.
        _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        return new(process, port);
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

    // A shell starts what it puts in the background with SIGINT ignored, and children inherit that; SIGTERM then takes the same way.
    private static bool InterruptIsIgnored()
    {
        const string status = "/proc/self/status";
        var line = File.Exists(status) ? File.ReadLines(status).FirstOrDefault(text => text.StartsWith("SigIgn:", StringComparison.Ordinal)) : null;
        return line is not null && (ulong.Parse(line["SigIgn:".Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (1UL << (Interrupt - 1))) != 0;
    }

    [GeneratedRegex(@"at 127\.0\.0\.1:(\d+)")]
    private static partial Regex Endpoint();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);

    private sealed record Running(Process Process, int Port) : IDisposable
    {
        public void Dispose()
        {
            if (!Process.HasExited) Process.Kill();
            Process.Dispose();
        }
    }
}
