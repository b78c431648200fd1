using LoadHarness.Core.Measurement;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Verdicts;
using LoadHarness.Postgres.Health;
using Npgsql;

namespace LoadHarness.Postgres.Verification;

/// <summary>Judges every id of docs/requirements.md in one database. Nothing that it writes is kept.</summary>
public static class Verifier
{
    // What only a run can measure, and the command that does.
    private static readonly IReadOnlyDictionary<string, string> MeasuredBy = new Dictionary<string, string>
    {
        ["TQ"] = "run --contacts 2000000", ["SC"] = "run --contacts 2000000", ["RE"] = "prove --contacts 2000000",
        ["ER"] = "prove --contacts 2000000", ["MS"] = "scale --contacts 5000000", ["CARD"] = "the repository: README.md, run.sh and .ci/run",
        ["QA"] = "verify --contacts 200000", ["DP"] = "migrate --measure --contacts 200000", ["FI"] = "the files of the repository", ["OP"] = "health --weekly",
    };

    internal static string BaseSchema =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "sql", "schema.sql"));

    /// <returns>One verdict an id, in the order of <see cref="Requirements.All"/>.</returns>
    public static Task<IReadOnlyList<Verdict>> RunAsync(NpgsqlDataSource admin, ServerEnvironment? server, CancellationToken ct) =>
        RunAsync(admin, server, [], SilentProgress.Instance, ct);

    /// <param name="measured">Verdicts of a run, a proof or a measured migration: they stand where a look at the database cannot judge, and beside it where it can.</param>
    public static async Task<IReadOnlyList<Verdict>> RunAsync(
        NpgsqlDataSource admin, ServerEnvironment? server, IReadOnlyList<Verdict> measured, IStageProgress progress, CancellationToken ct)
    {
        var found = new Dictionary<string, Answer>(StringComparer.Ordinal);
        IReadOnlyList<Question> questions = [.. PartitionQuestions.All, .. FunctionQuestions.All, .. OperationsQuestions.All, .. DeliveryQuestions.All];
        using var task = progress.Begin("Verify", questions.Count, "questions");
        await using (var connection = await admin.OpenConnectionAsync(ct))
        {
            foreach (var (id, answer) in await IndexCheck.RunAsync(connection, ct)) found[id] = answer;
            foreach (var question in questions)
            {
                found[question.Id] = await Ask.RunAsync(connection, question, ct);
                task.Advance(1);
            }

            found["QA-1"] = await FunctionExercise.RunAsync(connection, FunctionCalls.All, found, ct);
        }

        found["SV-1"] = found["SV-1"].With(await RowSecurityCost.RunAsync(admin, ct));
        foreach (var (id, answer) in await OperatingCheck.RunAsync(admin, ct)) found.TryAdd(id, answer);
        foreach (var (id, answer) in DeliveredFiles.Look()) found[id] = answer;
        return [.. Requirements.All.Select(r => VerdictOf(r, found, measured, server))];
    }

    private static Verdict VerdictOf(
        Requirement requirement, Dictionary<string, Answer> found, IReadOnlyList<Verdict> measured, ServerEnvironment? server)
    {
        var seen = found.TryGetValue(requirement.Id, out var answer);
        if (measured.FirstOrDefault(v => v.Id == requirement.Id) is { } verdict)
            return Both(verdict with { Title = requirement.Title }, answer);
        if (!seen || answer is null)
            answer = new Answer(VerdictKind.Unavailable, $"not judged by a look at the database; measured by: {MeasuredBy.GetValueOrDefault(requirement.Id.Split('-')[0], "run")}");
        IReadOnlyList<string> caveats = server is null || answer.Kind == VerdictKind.Met ? [] : [$"PostgreSQL {server.Version}, {server.Provisioning}"];
        return new Verdict(
            requirement.Id, requirement.Title, answer.Kind, answer.Figure, answer.Limit, answer.Direction, answer.Unit,
            Samples: answer.Figure is null ? 0 : 1, Interval: null, answer.Evidence, caveats, Source: null);
    }

    private static Verdict Both(Verdict measured, Answer? looked) => looked is null ? measured : measured with
    {
        Kind = CheckReport.Worse(measured.Kind, looked.Kind),
        Evidence = $"{looked.Evidence}; {measured.Evidence}",
    };
}
