using System.Diagnostics;
using LoadHarness.Agents.Broker;
using LoadHarness.Core;
using LoadHarness.Load;
using LoadHarness.Postgres.Provisioning;

namespace LoadHarness.Cli.Pipeline;

/// <summary>
/// The agents of this machine: this program again, a process for each. Secrets go by their environment, which other users cannot read.
/// </summary>
internal sealed class LocalAgents : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly List<Process> _processes = [];

    private LocalAgents()
    {
    }

    /// <param name="lost">Called for one that ends, with how.</param>
    public static LocalAgents Start(
        int agents, BrokerAddress broker, string connectionString, Action<string> tell, Action<LoadShare, string> lost)
    {
        var started = new LocalAgents();
        try
        {
            for (var index = 0; index < agents; index++) started.Start(new LoadShare(index, agents), broker, connectionString, tell, lost);
            return started;
        }
        catch
        {
            // Those that came before would wait for the others.
            foreach (var process in started._processes) process.Kill();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        foreach (var process in _processes)
        {
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!process.HasExited) process.Kill();
            process.Dispose();
        }
    }

    private void Start(
        LoadShare share, BrokerAddress broker, string connectionString, Action<string> tell, Action<LoadShare, string> lost)
    {
        var process = Process.Start(Command(share, broker, connectionString))
            ?? throw new HarnessException($"Agent {share} could not be started on this machine.");
        _processes.Add(process);
        process.ErrorDataReceived += (_, said) =>
        {
            if (!string.IsNullOrWhiteSpace(said.Data)) tell($"   agent {share}: {said.Data}");
        };
        process.OutputDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        _ = WatchAsync(process, share, lost);
    }

    private static ProcessStartInfo Command(LoadShare share, BrokerAddress broker, string connectionString)
    {
        var program = Environment.ProcessPath
            ?? throw new HarnessException("This program does not know its own path, so it cannot start agents.");
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true,
        };
        // Started as "dotnet loadharness.dll", the program is the first argument.
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        foreach (var word in (string[])["agent", share.ToString(), "--join", broker.ToString()]) start.ArgumentList.Add(word);
        start.Environment[AgentToken.EnvironmentVariable] = broker.Token;
        start.Environment[GivenDatabase.EnvironmentVariable] = connectionString;
        return start;
    }

    private static async Task WatchAsync(Process process, LoadShare share, Action<LoadShare, string> lost)
    {
        try
        {
            await process.WaitForExitAsync();
            lost(share, $"its process ended with code {process.ExitCode}");
        }
        catch (InvalidOperationException)
        {
            // It was let go of meanwhile: the run is over.
        }
    }
}
