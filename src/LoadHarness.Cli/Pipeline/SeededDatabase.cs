using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Postgres.Provisioning;

namespace LoadHarness.Cli.Pipeline;

/// <summary>
/// The database of a verb that looks at a seeded one: made and filled when leads were asked for, else the given one as it is.
/// </summary>
public static class SeededDatabase
{
    /// <param name="contactsGiven">Whether <c>--contacts</c> stood on the command line.</param>
    /// <exception cref="HarnessException">Neither leads nor a database were given.</exception>
    public static async Task<Database> OpenAsync(
        TerminalOutput terminal, HarnessOptions options, bool contactsGiven, CancellationToken cancellationToken)
    {
        return contactsGiven
            ? await MakeAsync(RunRecord.Begin(options), terminal, options, cancellationToken)
            : await GivenAsync(terminal, options, cancellationToken);
    }

    /// <summary>Provisions, migrates and seeds; the record tells what with.</summary>
    public static async Task<Database> MakeAsync(
        RunRecord record, TerminalOutput terminal, HarnessOptions options, CancellationToken cancellationToken)
    {
        var database = await Stages.DatabaseAsync(record, terminal, options, cancellationToken);
        try
        {
            await Stages.SchemaAsync(record, terminal, database, cancellationToken);
            await Stages.SeedAsync(record, terminal, options, database, cancellationToken);
            await Stages.KeepAsync(record, terminal, options, database, cancellationToken);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>A given database, to be looked at or worked on by name: that it holds data is the point.</summary>
    public static Task<Database> GivenAsync(TerminalOutput terminal, HarnessOptions options, CancellationToken cancellationToken)
    {
        if (options.Database is not DatabaseTarget.Given)
            throw new HarnessException("Which database? Give --contacts N to make and seed one, or --database with a connection string.",
                ExitCode.BadUsage);
        return terminal.WithProgressAsync(progress => Provisioner.ProvisionAsync(
            new(options.Database, options.ServerProfile, Keep: false, Force: true), progress, cancellationToken));
    }
}
