using LoadHarness.Core.Measurement;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;
using LoadHarness.Postgres.Distribution;
using Npgsql;

namespace LoadHarness.Checks.Verification;

/// <summary>Judges every id of docs/requirements.md in one database. Nothing that it writes is kept.</summary>
public static class Verifier
{
    /// <returns>One verdict an id, in the order of <see cref="Requirements.All"/>.</returns>
    public static Task<IReadOnlyList<Verdict>> RunAsync(
        NpgsqlDataSource admin, ServerEnvironment? server, CancellationToken cancellationToken) =>
        RunAsync(admin, server, [], SilentProgress.Instance, cancellationToken);

    /// <param name="measured">
    /// Verdicts of a run, a proof or a measured migration: they stand where a look at the database cannot judge, and next to it where it
    /// can.
    /// </param>
    public static async Task<IReadOnlyList<Verdict>> RunAsync(
        NpgsqlDataSource admin, ServerEnvironment? server, IReadOnlyList<Verdict> measured, IStageProgress progress,
            CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, Verdict>(StringComparer.Ordinal);
        using var task = progress.Begin("Verify", SqlCheck.Shipped.Count, "checks");
        await using (var connection = await admin.OpenConnectionAsync(cancellationToken))
        {
            var shape = await ClusterShape.ReadAsync(connection, cancellationToken);
            foreach (var answer in await IndexCheck.RunAsync(connection, shape.Distributed, cancellationToken)) found[answer.Id] = answer;
            foreach (var check in SqlCheck.Shipped)
            {
                found[check.Id] = await CheckRunner.RunAsync(connection, check, shape, cancellationToken);
                task.Advance(1);
            }

            found["QA-1"] = await FunctionExercise.RunAsync(connection, FunctionCalls.All, found, shape.Distributed, cancellationToken);
        }

        // The cost first: where it was measured, its figure is the one to show.
        found["SV-1"] = (await RowSecurityCost.RunAsync(admin, cancellationToken)).And(found["SV-1"]);
        foreach (var (id, answer) in await OperatingCheck.RunAsync(admin, cancellationToken)) found.TryAdd(id, answer);
        foreach (var answer in DeliveredFiles.Examine()) found[answer.Id] = answer;
        return [.. Requirements.All.Select(r => VerdictOf(r, found, measured, server))];
    }

    private static Verdict VerdictOf(
        Requirement requirement, Dictionary<string, Verdict> found, IReadOnlyList<Verdict> measured, ServerEnvironment? server)
    {
        var looked = found.GetValueOrDefault(requirement.Id);
        if (measured.FirstOrDefault(v => v.Id == requirement.Id) is { } verdict)
            return (looked is null ? verdict : looked.And(verdict)).As(requirement.Id, requirement.Title);
        looked ??= Verdict.Unavailable(
            requirement.Id, "", $"Not judged by a look at the database. {MeasuringCommands.Sentence(requirement.Id)}",
            command: MeasuringCommands.For(requirement.Id));
        IReadOnlyList<string> caveats = server is null
            || looked.Kind == VerdictKind.Met ? [] : [server.Words()];
        return looked.As(requirement.Id, requirement.Title).Qualified(caveats);
    }
}
