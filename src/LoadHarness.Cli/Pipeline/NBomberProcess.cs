using System.Text.Json;
using CliWrap;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Scenarios;
using LoadHarness.Scenarios.OtherEngines;

namespace LoadHarness.Cli.Pipeline;

/// <summary>The program that holds NBomber, started for one scenario after the other.</summary>
internal static class NBomberProcess
{
    private const string File = "loadharness-nbomber.dll";

    /// <summary>Where its build puts it; null when it was not built.</summary>
    public static string? Program { get; } = Path.Combine(AppContext.BaseDirectory, "nbomber", File) is var path
        && System.IO.File.Exists(path) ? path : null;

    /// <param name="ask">What is asked of it, by the file that it is to answer in.</param>
    /// <exception cref="HarnessException">The program ended without an answer.</exception>
    public static Task<IReadOnlyList<ScenarioResult>> RunAsync(
        Func<string, EngineRequest> ask, ScenarioEnvironment environment, IMeasuredPhase measured, CancellationToken cancellationToken) =>
        RunAsync("dotnet", [Program ?? throw new HarnessException("The program with NBomber is not there.")], ask, environment,
            measured, cancellationToken);

    /// <inheritdoc cref="RunAsync(Func{string, EngineRequest}, ScenarioEnvironment, IMeasuredPhase, CancellationToken)"/>
    internal static async Task<IReadOnlyList<ScenarioResult>> RunAsync(
        string program, IReadOnlyList<string> arguments, Func<string, EngineRequest> ask, ScenarioEnvironment environment,
            IMeasuredPhase measured, CancellationToken cancellationToken)
    {
        // Also for a run that was asked to stop: the program says itself what it measured until then.
        await using var folder = await WatchedDirectory.MakeClosedAsync("engine", CancellationToken.None);
        var request = ask(Path.Combine(folder.Root, "answer.json"));
        var began = false;
        await using var errors = Console.OpenStandardError();
        var command = CliWrap.Cli.Wrap(program).WithArguments(arguments)
            .WithStandardInputPipe(PipeSource.FromString(JsonSerializer.Serialize(request, EngineRequest.Format)))
            .WithStandardOutputPipe(PipeTarget.ToDelegate(line => line == EngineRequest.Measuring ? BeginAsync() : Task.CompletedTask))
            .WithStandardErrorPipe(PipeTarget.ToStream(errors))
            .WithValidation(CommandResultValidation.None);
        try
        {
            await command.ExecuteAsync(CancellationToken.None, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // It was asked to stop, and wrote what it had measured until then.
        }

        if (began) await measured.EndedAsync();
        return await AnswerAsync(request, environment);

        async Task BeginAsync()
        {
            await measured.BeginsAsync();
            began = true;
        }
    }

    private static async Task<IReadOnlyList<ScenarioResult>> AnswerAsync(EngineRequest request, ScenarioEnvironment environment)
    {
        if (!System.IO.File.Exists(request.AnswerFile))
            throw new HarnessException(
                $"NBomber's program ended without an answer for {request.Scenario}. "
                    + "What it said is above; leave --engine out to use the built-in engine.");
        var answer = JsonSerializer.Deserialize<EngineAnswer>(
            await System.IO.File.ReadAllTextAsync(request.AnswerFile), EngineRequest.Format)!;
        environment.Note(answer.Sent, answer.LeadsSetAside - request.LeadsSetAside);
        return answer.Scenarios;
    }
}
