using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Verdicts;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.Checks.Diagnosis;

/// <summary>What this machine, and a given database, have and lack, and what would make figures invalid.</summary>
public static class Doctor
{
    /// <param name="target">
    /// A given database is examined as it is; for the others a private server is started to be asked, and removed.
    /// </param>
    /// <returns>
    /// One verdict a check. Missed: figures would be invalid or the run impossible; unavailable: something works less well; each with its
    /// remedy.
    /// </returns>
    public static async Task<IReadOnlyList<Verdict>> ExamineAsync(
        DatabaseTarget target, long contacts, IStageProgress progress, CancellationToken cancellationToken)
    {
        var binaries = await PostgresBinaries.FindAsync(cancellationToken);
        var engineFault = await ContainerEngine.FaultAsync(cancellationToken);
        var elsewhere = MachineChecks.Elsewhere(target, engineFault);
        List<Verdict> verdicts =
        [
            MachineChecks.Sdk(),
            MachineChecks.Build(),
            MachineChecks.Server(binaries, engineFault, target),
            MachineChecks.Container(engineFault),
            MachineChecks.Broker(),
            MachineChecks.Disk(contacts, elsewhere),
            MachineChecks.Memory(elsewhere),
            await MachineChecks.StolenProcessorAsync(cancellationToken),
        ];
        verdicts.AddRange(await DatabaseAsync(target, binaries, progress, cancellationToken));
        return verdicts;
    }

    private static async Task<IReadOnlyList<Verdict>> DatabaseAsync(
        DatabaseTarget target, PostgresBinaries? binaries, IStageProgress progress, CancellationToken cancellationToken)
    {
        if (target is not DatabaseTarget.Given && binaries is null) return [];
        // Starting a container may download an image: too much for a question. The native server answers for Auto and Container.
        var asked = target is DatabaseTarget.Given ? target : new DatabaseTarget.Native();
        try
        {
            await using var database = await Provisioner.ProvisionAsync(
                new DatabaseRequest(asked, ServerProfile.Checklist, Keep: false, Force: true), progress, cancellationToken);
            return [.. DatabaseChecks.Durability(database.Server), .. DatabaseChecks.Storage(database.Server),
                .. DatabaseChecks.HugePages(database.Server), .. DatabaseChecks.Capabilities(database.Server),
                .. await StatisticsAsync(database, cancellationToken)];
        }
        catch (HarnessException failure)
        {
            return [Verdict.Looked("database", "A database can be reached", met: false, Redaction.Of(failure.Message))];
        }
    }

    private static async Task<IReadOnlyList<Verdict>> StatisticsAsync(Database database, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(database.AdminConnectionString);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return [await DatabaseChecks.AnalyzedAsync(connection, cancellationToken),
            await DatabaseChecks.TrustedSchemasAsync(connection, cancellationToken),
            await DatabaseChecks.LettersAsync(connection, cancellationToken)];
    }
}
