using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Postgres.Provisioning;

namespace LoadHarness.Cli.Pipeline;

/// <summary>
/// The database of a verb that looks at a seeded one: made and filled when leads were asked for, else the given one as it is.
/// </summary>
/// <param name="Run">What it was made with.</param>
internal sealed record SeededDatabase(Database Database, PartialRun Run) : IAsyncDisposable
{
    /// <param name="contactsGiven">Whether <c>--contacts</c> stood on the command line.</param>
    /// <param name="exclusive">As of <see cref="DatabaseRequest.Exclusive"/>, for a database that is used as it is.</param>
    /// <exception cref="HarnessException">Neither leads nor a database were given.</exception>
    public static async Task<SeededDatabase> OpenAsync(
        StageContext context, bool contactsGiven, CancellationToken cancellationToken, bool exclusive = false)
    {
        if (!contactsGiven && context.Options.Database is not DatabaseTarget.Given)
            throw new HarnessException("Which database? Give --contacts N to make and seed one, or --database with a connection string.",
                ExitCode.BadUsage);
        var run = PartialRun.Begin(context.Options);
        return contactsGiven
            ? await MakeAsync(context, run, cancellationToken)
            : new(await GivenAsync(context.Terminal, context.Options, crmSchema: true, exclusive, cancellationToken), run);
    }

    /// <summary>A given database with the CRM's schema: that it holds data is the point.</summary>
    public static Task<Database> GivenAsync(TerminalOutput terminal, HarnessOptions options, CancellationToken cancellationToken) =>
        GivenAsync(terminal, options, crmSchema: true, exclusive: false, cancellationToken);

    /// <summary>A given database with any tables, as its login sees them.</summary>
    public static Task<Database> AsGivenAsync(TerminalOutput terminal, HarnessOptions options, CancellationToken cancellationToken) =>
        GivenAsync(terminal, options, crmSchema: false, exclusive: false, cancellationToken);

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    private static Task<Database> GivenAsync(
        TerminalOutput terminal, HarnessOptions options, bool crmSchema, bool exclusive, CancellationToken cancellationToken)
    {
        if (options.Database is not DatabaseTarget.Given)
            throw new HarnessException("Which database? Give --database with a connection string.", ExitCode.BadUsage);
        return terminal.WithProgressAsync(progress => Provisioner.ProvisionAsync(
            new(options.Database, options.ServerProfile, Keep: false, Force: true) { CrmSchema = crmSchema, Exclusive = exclusive },
            progress, cancellationToken));
    }

    private static async Task<SeededDatabase> MakeAsync(StageContext context, PartialRun run, CancellationToken cancellationToken)
    {
        var provisioned = await CrmStages.DatabaseAsync(context, cancellationToken);
        var database = provisioned.Database;
        try
        {
            var migrated = await CrmStages.SchemaAsync(context, database, cancellationToken);
            var seeded = await CrmStages.SeedAsync(context, database, cancellationToken);
            seeded.RequireInvariants();
            var kept = await CrmStages.TryKeepAsync(context, database, cancellationToken);
            return new(database, run.With(provisioned, migrated, seeded, kept));
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }
}
