using LoadHarness.Core.Verdicts;
using Npgsql;

namespace LoadHarness.Checks.Verification;

/// <summary>QA-1: calls every function of the schema in one transaction that is rolled back, each from the same state.</summary>
internal static class FunctionExercise
{
    private const string Id = "QA-1";

    /// <param name="answers">Those of the questions that call some of the functions themselves.</param>
    /// <param name="timeoutSeconds">How long each call's answer is waited for.</param>
    public static async Task<Verdict> RunAsync(
        NpgsqlConnection connection, IReadOnlyList<FunctionCall> calls, IReadOnlyDictionary<string, Verdict> answers, bool distributed,
            CancellationToken cancellationToken, int timeoutSeconds = CheckRunner.TimeoutSeconds)
    {
        await connection.EnsureOpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            await CheckRunner.ExecuteAsync(connection, "set local lock_timeout = '5s'", cancellationToken);
            if (distributed) await CheckRunner.ExecuteAsync(connection, CheckRunner.ActAsOwner, cancellationToken);
            foreach (var statement in Tenant.Setup) await CheckRunner.ExecuteAsync(connection, statement, cancellationToken);
            var problems = (await CatalogProblemsAsync(connection, calls, cancellationToken)).ConvertAll(words => new Problem(words));
            // Bits of segments are off on a cluster: nobody calls their functions there.
            var left = distributed ? FunctionCalls.SegmentBits.Select(call => call.Signature).ToHashSet() : [];
            var caller = new Caller(connection, transaction, timeoutSeconds);
            foreach (var call in calls.Where(call => !left.Contains(call.Signature)))
            {
                if (await caller.WorksAsync(call, answers, cancellationToken) is { } failure) problems.Add(failure);
                // What the others would be called on is gone with the session.
                if (!connection.IsOpen()) break;
                if (await caller.RefusesAsync(call, cancellationToken) is { } laxity) problems.Add(laxity);
                if (!connection.IsOpen()) break;
            }

            return Judge(calls, problems);
        }
        catch (NpgsqlException e) when (StatementFaults.IsOfStatement(e))
        {
            return CheckRunner.Failed(Id, e);
        }
        finally
        {
            await CheckRunner.RollBackAsync(connection, transaction);
        }
    }

    private static Verdict Judge(IReadOnlyList<FunctionCall> calls, List<Problem> problems)
    {
        var found = string.Join("; ", problems.OrderBy(problem => problem.Undecided).Take(10).Select(problem => problem.Words));
        var faults = problems.Count(problem => !problem.Undecided);
        if (faults == 0 && problems.Count > 0) return Verdict.Undecided(Id, "", found);
        var (good, bad) = (calls.Count(c => c.Good is not null || c.AskedBy is not null), calls.Count(c => c.Bad is not null));
        var evidence = faults == 0
            ? $"{calls.Count} functions are there, each with a comment; "
                + $"{good} called with valid input, {bad} refused bad input with their named SQLSTATE (rolled back)"
            : found;
        return Verdict.Counted(Id, "", faults, Limit.AtMost(0, "problems"), calls.Count, evidence, $"{calls.Count} functions called");
    }

    // A function that nobody calls here, one that is gone, and one without a comment.
    private static Task<List<string>> CatalogProblemsAsync(
        NpgsqlConnection connection, IReadOnlyList<FunctionCall> calls, CancellationToken cancellationToken) =>
        connection.TextsAsync(ProgramSql.Of("function-problems"), cancellationToken, [calls.Select(call => call.Signature).ToArray()]);

    /// <param name="Undecided">There was no answer in time, or a lock was not to be had: the function may be right.</param>
    private sealed record Problem(string Words, bool Undecided = false);

    /// <summary>Calls within one transaction, each from the same state.</summary>
    private sealed class Caller(NpgsqlConnection connection, NpgsqlTransaction transaction, int timeoutSeconds)
    {
        public async Task<Problem?> WorksAsync(
            FunctionCall call, IReadOnlyDictionary<string, Verdict> answers, CancellationToken cancellationToken)
        {
            if (call.AskedBy is { } id)
                return answers.TryGetValue(id, out var answer) && answer.Kind == VerdictKind.Met
                    ? null
                    : new($"{call.Signature} is called by {id}, which is not met", answer?.Kind == VerdictKind.Inconclusive);
            return call.Good is { } good && await TryAsync(good, cancellationToken) is { } error
                ? new($"{call.Signature} fails on valid input: {Words(error)}", IsUndecided(error))
                : null;
        }

        public async Task<Problem?> RefusesAsync(FunctionCall call, CancellationToken cancellationToken)
        {
            if (call.Bad is not { } bad) return null;
            var error = await TryAsync([bad], cancellationToken);
            return error?.SqlState == call.Refusal
                ? null
                : new($"{call.Signature} answers bad input with {(error is null ? "success" : Words(error))}, not {call.Refusal}",
                    error is not null && IsUndecided(error));
        }

        private static bool IsUndecided(NpgsqlException error) =>
            StatementFaults.IsUnanswered(error) || error.SqlState == PostgresErrorCodes.LockNotAvailable;

        private string Words(NpgsqlException error) => StatementFaults.Words(error, timeoutSeconds);

        private async Task<NpgsqlException?> TryAsync(IEnumerable<string> statements, CancellationToken cancellationToken)
        {
            const string savepoint = "call";
            await transaction.SaveAsync(savepoint, cancellationToken);
            try
            {
                foreach (var statement in statements)
                    await CheckRunner.ExecuteAsync(connection, statement, cancellationToken, timeoutSeconds);
                return null;
            }
            catch (NpgsqlException e) when (StatementFaults.IsOfStatement(e))
            {
                return e;
            }
            finally
            {
                if (connection.IsOpen()) await transaction.RollbackAsync(savepoint, CancellationToken.None);
            }
        }
    }
}
