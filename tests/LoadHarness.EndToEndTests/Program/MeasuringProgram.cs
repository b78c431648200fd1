using System.Diagnostics;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using CliWrap;
using CliWrap.Buffered;
using LoadHarness.Core.Measurement;

namespace LoadHarness.EndToEndTests.Program;

/// <summary>The program while it measures lead queries on a server of its own: to be disturbed. Disposing kills it.</summary>
internal sealed partial class MeasuringProgram : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly Process _process;
    private readonly int _port;
    private readonly ChannelReader<string> _errors;

    private MeasuringProgram(Process process, int port, ChannelReader<string> errors) =>
        (_process, _port, _errors) = (process, port, errors);

    public int ExitCode => _process.ExitCode;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <returns>When a request was answered.</returns>
    /// <param name="profile">Null for one that does not end by itself.</param>
    /// <param name="isRead">Whether somebody takes what it writes from then on.</param>
    public static async Task<MeasuringProgram> StartAsync(
        SeededSnapshot snapshot, string output, string? profile = null, string verb = "run", bool isRead = true)
    {
        await snapshot.MakeAsync();
        var process = Process.Start(new ProcessStartInfo(
            BuiltProgram.Executable,
            [verb, .. SeededSnapshot.Options, "--profile", profile ?? BuiltProgram.LongProfile, "--out", output])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["LOADHARNESS_DATABASE"] = null },
        })!;
        var (port, errors) = (0, Channel.CreateUnbounded<string>());
        while (await process.StandardOutput.ReadLineAsync(Stop).AsTask().WaitAsync(Patience, Stop) is { } line)
        {
            if (Endpoint().Match(line) is { Success: true } endpoint)
                port = int.Parse(endpoint.Groups[1].ValueSpan);
            if (Measured().IsMatch(line)) break;
        }

        Assert.True(port > 0 && !process.HasExited, "the program ended, or named no server, before it measured");
        if (!isRead) return new(process, port, errors.Reader);
        // What it writes from here on must not block it.
        _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        process.ErrorDataReceived += (_, line) => errors.Writer.TryWrite(line.Data ?? "");
        process.BeginErrorReadLine();
        return new(process, port, errors.Reader);
    }

    public int Signal(int signal) => Signals.Send(_process.Id, Signals.OrTerminate(signal));

    /// <summary>Fills the pipes of its standard output and standard error: who writes to them waits until somebody reads.</summary>
    public async Task FillAsync()
    {
        foreach (var output in (int[])[1, 2])
        {
            var filled = await CliWrap.Cli.Wrap("dd")
                .WithArguments(["if=/dev/zero", $"of=/proc/{_process.Id}/fd/{output}", "bs=1", "conv=nocreat", "oflag=nonblock"])
                .WithEnvironmentVariables(variables => variables.Set("LC_ALL", "C"))
                .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(Stop);
            Assert.Contains("temporarily unavailable", filled.StandardError, StringComparison.Ordinal);
        }
    }

    /// <summary>Waits for words on standard error.</summary>
    public async Task SaysAsync(string words)
    {
        while (!(await _errors.ReadAsync(Stop).AsTask().WaitAsync(Patience, Stop)).Contains(words, StringComparison.Ordinal))
        {
            // Until the line comes.
        }
    }

    public Task EndedAsync() => _process.WaitForExitAsync(Stop).WaitAsync(Patience, Stop);

    /// <summary>The server answers nobody any more: its process is gone, and with it its port.</summary>
    public async Task RequireGoneAsync()
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < Patience)
        {
            using var client = new System.Net.Sockets.TcpClient();
            try
            {
                await client.ConnectAsync("127.0.0.1", _port, Stop);
            }
            catch (System.Net.Sockets.SocketException)
            {
                return;
            }

            await Task.Delay(200, Stop);
        }

        Assert.Fail($"the server on port {_port} still answers after {Patience}");
    }

    /// <summary>The postmaster that was started for this port, and its children.</summary>
    public List<int> ServerProcesses()
    {
        var processes = Process.GetProcessesByName("postgres").Select(process => process.Id).ToList();
        var master = processes.Find(id => CommandOf(id).EndsWith($"-p\0{_port}\0", StringComparison.Ordinal));
        return [master, .. processes.Where(id => ParentOf(id) == master)];
    }

    /// <summary>What was answered before it was stopped is kept.</summary>
    public static void RequireFigures(RunResult run)
    {
        var scenario = Assert.Single(run.Scenarios, scenario => scenario.Name == "lead-queries");
        Assert.NotNull(run.IncompleteReason);
        Assert.True(scenario.Accounting is { Completed: > 0, Balances: true }, $"{scenario.Accounting}");
        Assert.Equal(scenario.Accounting.Completed, scenario.Operations.Sum(operation => operation.Response.Count));
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
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

    [GeneratedRegex(@"at 127\.0\.0\.1:(\d+)")]
    private static partial Regex Endpoint();

    // A second that was measured, in which requests were answered.
    [GeneratedRegex(@"^ *lead-queries measuring \d+ s: .*achieved (?!0/s|0\.0/s)")]
    private static partial Regex Measured();
}
