using System.Diagnostics;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Reporting;

namespace LoadHarness.EndToEndTests.Program;

public sealed class SecondSignalTests(SeededSnapshot snapshot) : IDisposable
{
    private readonly TemporaryDirectory _output = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task A_second_signal_while_the_server_is_halted_ends_the_run_within_seconds_with_its_figures_and_no_server()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("The server's processes are found by /proc.");
        using var program = await MeasuringProgram.StartAsync(snapshot, _output.Path);
        Assert.All(program.ServerProcesses(), server => Assert.Equal(0, Signals.Send(server, Signals.Halt)));

        var began = Stopwatch.GetTimestamp();
        Assert.Equal(0, program.Signal(Signals.Terminate));
        await program.SaysAsync("Stopping, up to");
        Assert.Equal(0, program.Signal(Signals.Terminate));
        await program.EndedAsync();

        // Five seconds are promised. A busy machine gets more: up to the time that the first signal alone would have taken.
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, Interruption.Patience);
        Assert.Equal(5, program.ExitCode);
        var run = await RunJson.ReadAsync(
            Path.Combine(Assert.Single(Directory.GetDirectories(_output.Path)), "run.json"), TestContext.Current.CancellationToken);
        Assert.Contains("Interrupted", run.IncompleteReason, StringComparison.Ordinal);
        Assert.Contains(run.Scenarios, scenario => scenario is { Name: "lead-queries", AbortReason: not null });
        MeasuringProgram.RequireFigures(run);
        await program.RequireGoneAsync();
    }

    [Fact]
    public async Task Two_signals_end_a_run_whose_words_nobody_reads_with_its_report_and_no_server()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("The pipes are filled by /proc.");
        using var program = await MeasuringProgram.StartAsync(snapshot, _output.Path, isRead: false);
        await program.FillAsync();

        var ended = program.EndedAsync();
        // A signal that comes before the last one was taken is lost, and nothing tells when it was: it gets more of them.
        for (var began = Stopwatch.GetTimestamp(); !ended.IsCompleted;)
        {
            Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, 2 * Interruption.Patience);
            program.Signal(Signals.Terminate);
            await Task.WhenAny(ended, Task.Delay(200, TestContext.Current.CancellationToken));
        }

        await ended;
        Assert.Equal(5, program.ExitCode);
        var run = await RunJson.ReadAsync(
            Path.Combine(Assert.Single(Directory.GetDirectories(_output.Path)), "run.json"), TestContext.Current.CancellationToken);
        Assert.Contains("Interrupted", run.IncompleteReason, StringComparison.Ordinal);
        await program.RequireGoneAsync();
    }
}
