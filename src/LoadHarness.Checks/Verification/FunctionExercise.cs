using LoadHarness.Core.Verdicts;
using Npgsql;

namespace LoadHarness.Checks.Verification;

/// <summary>QA-1: calls every function of the schema in one transaction that is rolled back, each from the same state.</summary>
internal static class FunctionExercise
{
    private const string Id = "QA-1";

    /// <param name="answers">Those of the questions that call some of the functions themselves.</param>
    public static async Task<Verdict> RunAsync(
        NpgsqlConnection connection, IReadOnlyList<FunctionCall> calls, IReadOnlyDictionary<string, Verdict> answers, bool distributed,
            CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            await CheckRunner.ExecuteAsync(connection, "set local lock_timeout = '5s'", cancellationToken);
            if (distributed) await CheckRunner.ExecuteAsync(connection, CheckRunner.ActAsOwner, cancellationToken);
            foreach (var statement in Tenant.Setup) await CheckRunner.ExecuteAsync(connection, statement, cancellationToken);
            var problems = await CatalogProblemsAsync(connection, calls, cancellationToken);
            // Bits of segments are off on a cluster: nobody calls their functions there.
            var left = distributed ? FunctionCalls.SegmentBits.Select(call => call.Signature).ToHashSet() : [];
            foreach (var call in calls.Where(call => !left.Contains(call.Signature)))
            {
                if (await WorksAsync(connection, transaction, call, answers, cancellationToken) is { } failure) problems.Add(failure);
                if (await RefusesAsync(connection, transaction, call, cancellationToken) is { } laxity) problems.Add(laxity);
            }

            var (good, bad) = (calls.Count(c => c.Good is not null || c.AskedBy is not null), calls.Count(c => c.Bad is not null));
            var evidence = problems.Count == 0
                ? $"{calls.Count} functions are there, each with a comment; "
                    + $"{good} called with valid input, {bad} refused bad input with their named SQLSTATE (rolled back)"
                : string.Join("; ", problems.Take(10));
            return Verdict.Counted(Id, "", problems.Count, Limit.AtMost(0, "problems"), calls.Count, evidence,
                $"{calls.Count} functions called");
        }
        catch (PostgresException e)
        {
            return CheckRunner.Failed(Id, e);
        }
        finally
        {
            await transaction.RollbackAsync(CancellationToken.None);
        }
    }

    // A function that nobody calls here, one that is gone, and one without a comment.
    private static Task<List<string>> CatalogProblemsAsync(
        NpgsqlConnection connection, IReadOnlyList<FunctionCall> calls, CancellationToken cancellationToken) =>
        connection.TextsAsync(ProgramSql.Of("function-problems"), cancellationToken, [calls.Select(call => call.Signature).ToArray()]);

    private static async Task<string?> WorksAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, FunctionCall call, IReadOnlyDictionary<string, Verdict> answers,
            CancellationToken cancellationToken)
    {
        if (call.AskedBy is { } id)
            return answers.TryGetValue(id, out var answer)
                && answer.Kind == VerdictKind.Met ? null : $"{call.Signature} is called by {id}, which is not met";
        return call.Good is { } good && await TryAsync(connection, transaction, good, cancellationToken) is { } error
            ? $"{call.Signature} fails on valid input: {error.MessageText} (SQLSTATE {error.SqlState})"
            : null;
    }

    private static async Task<string?> RefusesAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, FunctionCall call, CancellationToken cancellationToken)
    {
        if (call.Bad is not { } bad) return null;
        var error = await TryAsync(connection, transaction, [bad], cancellationToken);
        return error?.SqlState == call.Refusal
            ? null
            : $"{call.Signature} answers bad input with "
                + $"{(error is null ? "success" : $"SQLSTATE {error.SqlState}: {error.MessageText}")}, not {call.Refusal}";
    }

    private static async Task<PostgresException?> TryAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IEnumerable<string> statements, CancellationToken cancellationToken)
    {
        const string savepoint = "call";
        await transaction.SaveAsync(savepoint, cancellationToken);
        try
        {
            foreach (var statement in statements) await CheckRunner.ExecuteAsync(connection, statement, cancellationToken);
            return null;
        }
        catch (PostgresException e)
        {
            return e;
        }
        finally
        {
            await transaction.RollbackAsync(savepoint, CancellationToken.None);
        }
    }
}
