using LoadHarness.Cli.Pipeline;
using LoadHarness.Cli.Terminal;
using LoadHarness.Cli.Verbs;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Reporting;

return await CommandLine.InvokeAsync(args, RunAsync).ConfigureAwait(false);

// options -> database -> schema -> seed -> run -> judge -> report -> exit code
static async Task<ExitCode> RunAsync(HarnessOptions options, CancellationToken stop)
{
    var voice = new Voice(options.Json);
    var record = RunRecord.Begin(options);
    var fault = await record.GuardAsync(async () =>
    {
        await using var database = await Stages.DatabaseAsync(record, voice, options, stop).ConfigureAwait(false);
        await Stages.SchemaAsync(record, voice, database, stop).ConfigureAwait(false);
        var seed = await Stages.SeedAsync(record, voice, options, database, stop).ConfigureAwait(false);
        await Stages.KeepAsync(record, voice, options, database, stop).ConfigureAwait(false);
        await Stages.RunAsync(record, voice, options, database, seed, stop).ConfigureAwait(false);
        await Stages.VerifyAsync(record, voice, database, stop).ConfigureAwait(false);
    }, stop).ConfigureAwait(false);

    return await Ending.EndAsync(record, voice, options, fault).ConfigureAwait(false);
}
