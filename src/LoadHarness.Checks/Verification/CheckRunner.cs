using LoadHarness.Core.Verdicts;
using LoadHarness.Postgres.Distribution;
using LoadHarness.Postgres.Observation;
using Npgsql;

namespace LoadHarness.Checks.Verification;

/// <summary>Runs one check in a transaction that is rolled back.</summary>
internal static class CheckRunner
{
    // A refresh or ANALYZE of millions of rows is part of some checks.
    public const int TimeoutSeconds = 300;

    /// <summary>
    /// On a cluster, what one transaction writes and calls must be one role's: a node takes each role for a session of its own. And one
    /// session a node, for users are on each of them.
    /// </summary>
    public const string ActAsOwner =
        "select set_config('role', 'lh_owner', true), set_config('citus.multi_shard_modify_mode', 'sequential', true)";

    public static async Task<Verdict> RunAsync(
        NpgsqlConnection connection, SqlCheck check, ClusterShape shape, CancellationToken cancellationToken)
    {
        await connection.EnsureOpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            await ExecuteAsync(connection, "set local lock_timeout = '5s'", cancellationToken);
            if (check.Needs is { } relation && await MissingAsync(connection, relation, check.Remedy, cancellationToken) is { } missing)
                return Verdict.Unavailable(check.Id, "", missing);
            await connection.ExecuteAsync("select set_config('loadharness.roles_log_in', $1, true)", cancellationToken,
                shape.RolesLogIn ? "yes" : "no");
            if (shape.Distributed && check.ActsAsOwner) await ExecuteAsync(connection, ActAsOwner, cancellationToken);
            foreach (var statement in check.Setup) await ExecuteAsync(connection, statement, cancellationToken, check.TimeoutSeconds);
            return await ReadAsync(connection, check, cancellationToken);
        }
        catch (NpgsqlException e) when (StatementFaults.IsOfStatement(e))
        {
            return Failed(check.Id, e, check.TimeoutSeconds);
        }
        finally
        {
            await RollBackAsync(connection, transaction);
        }
    }

    /// <summary>Why a relation cannot be asked, and the way to it; null when it can.</summary>
    /// <remarks>Where it is hidden, the transaction takes no other statement.</remarks>
    private static async Task<string?> MissingAsync(
        NpgsqlConnection connection, string relation, string? remedy, CancellationToken cancellationToken)
    {
        await StatementView.AddToPathAsync(connection, cancellationToken);
        try
        {
            return await connection.ScalarAsync<bool>("select to_regclass($1) is not null", cancellationToken, relation)
                ? null
                : $"{relation} is not in this database; {remedy}";
        }
        catch (PostgresException hidden) when (hidden.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return $"{hidden.MessageText}; as a superuser: grant usage on schema {relation.Split('.')[0]} to this login";
        }
    }

    /// <summary>What the server's refusal says of the requirement, or that there was no answer.</summary>
    /// <param name="timeoutSeconds">How long an answer was waited for.</param>
    public static Verdict Failed(string id, NpgsqlException fault, int timeoutSeconds = TimeoutSeconds)
    {
        var words = StatementFaults.Words(fault, timeoutSeconds);
        if (fault is not PostgresException e) return Verdict.Undecided(id, "", words);
        var evidence = e.Hint is null ? words : $"{words}; {e.Hint}";
        return e.SqlState switch
        {
            PostgresErrorCodes.FeatureNotSupported or PostgresErrorCodes.ObjectNotInPrerequisiteState =>
                Verdict.Unavailable(id, "", evidence),
            PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled => Verdict.Undecided(id, "", evidence),
            // A node has a session for each role, and none sees what another has not committed.
            _ when e.MessageText.Contains("in this transaction by a different user", StringComparison.Ordinal) =>
                Verdict.Unavailable(
                    id, "", "it acts as two roles in one transaction, which a cluster does not allow; one server answers it"),
            _ => Verdict.Looked(id, "", met: false, evidence),
        };
    }

    /// <summary>What a session wrote that has ended is gone already.</summary>
    public static async Task RollBackAsync(NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        if (connection.IsOpen()) await transaction.RollbackAsync(CancellationToken.None);
    }

    public static async Task ExecuteAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, int timeoutSeconds = TimeoutSeconds)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = timeoutSeconds };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<Verdict> ReadAsync(NpgsqlConnection connection, SqlCheck check, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select a.verdict, a.evidence, a.figure::double precision, a.lim::double precision, a.unit
            from ({check.Sql}) a (verdict, evidence, figure, lim, unit)
            """,
            connection)
        {
            CommandTimeout = check.TimeoutSeconds,
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return Verdict.Looked(check.Id, "", met: false, "nothing of it was found in the catalog");
        var evidence = await reader.IsDBNullAsync(1, cancellationToken) ? "nothing was found" : reader.GetString(1);
        double? figure = await reader.IsDBNullAsync(2, cancellationToken) ? null : reader.GetDouble(2);
        var limit = await reader.IsDBNullAsync(3, cancellationToken)
            ? null
            : new Limit(reader.GetDouble(3), LimitDirection.AtLeast, reader.GetString(4));
        return Answered(check.Id, reader.GetString(0), evidence).Showing(figure, reader.GetString(4), limit);
    }

    private static Verdict Answered(string id, string word, string evidence) => word switch
    {
        "met" or "missed" => Verdict.Looked(id, "", word == "met", evidence),
        "stated" => Verdict.Stated(id, "", evidence),
        "inconclusive" => Verdict.Undecided(id, "", evidence),
        "unavailable" => Verdict.Unavailable(id, "", evidence),
        _ => throw new InvalidOperationException($"{id} answered '{word}': met, missed, stated, inconclusive or unavailable is expected."),
    };
}
