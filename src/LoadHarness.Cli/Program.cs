using LoadHarness.Cli.Pipeline;
using LoadHarness.Cli.Terminal;
using LoadHarness.Cli.Verbs;
using LoadHarness.Core;
using LoadHarness.Core.Options;

return await CommandLine.InvokeAsync(args, RunAsync);

// options -> database -> schema -> seed -> run -> judge -> report -> exit code
static async Task<ExitCode> RunAsync(HarnessOptions options, CancellationToken cancellationToken)
{
    TerminalOutput terminal = new TerminalOutput(options.Json);
    var record = RunRecord.Begin(options);
    var fault = await record.GuardAsync(async () =>
    {
        if (options.Workload is not null)
        {
            await WorkloadStages.RunAsync(record, terminal, options, cancellationToken);
            return;
        }

        await using var database = await Stages.DatabaseAsync(record, terminal, options, cancellationToken);
        await Stages.SchemaAsync(record, terminal, database, cancellationToken);
        var seed = await Stages.SeedAsync(record, terminal, options, database, cancellationToken);
        await Stages.KeepAsync(record, terminal, options, database, cancellationToken);
        await Stages.RunAsync(record, terminal, options, database, seed, cancellationToken);
        await Stages.VerifyAsync(record, terminal, database, cancellationToken);
    }, cancellationToken);

    return await Ending.EndAsync(record, terminal, options, fault);
}
