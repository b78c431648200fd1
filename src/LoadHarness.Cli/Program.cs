using LoadHarness.Cli.Pipeline;
using LoadHarness.Cli.Terminal;
using LoadHarness.Cli.Verbs;
using LoadHarness.Core;
using LoadHarness.Core.Options;

return await CommandLine.InvokeAsync(args, RunAsync);

// options -> database -> schema -> seed -> run -> judge -> report -> exit code
static async Task<ExitCode> RunAsync(HarnessOptions options, CancellationToken cancellationToken)
{
    var voice = new Voice(options.Json);
    var record = RunRecord.Begin(options);
    var fault = await record.GuardAsync(async () =>
    {
        await using var database = await Stages.DatabaseAsync(record, voice, options, cancellationToken);
        await Stages.SchemaAsync(record, voice, database, cancellationToken);
        var seed = await Stages.SeedAsync(record, voice, options, database, cancellationToken);
        await Stages.KeepAsync(record, voice, options, database, cancellationToken);
        await Stages.RunAsync(record, voice, options, database, seed, cancellationToken);
        await Stages.VerifyAsync(record, voice, database, cancellationToken);
    }, cancellationToken);

    return await Ending.EndAsync(record, voice, options, fault);
}
