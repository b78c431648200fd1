using LoadHarness.Core.Verdicts;
using LoadHarness.Postgres.Distribution;
using LoadHarness.Postgres.Observation;
using Npgsql;

namespace LoadHarness.Checks.Verification;

/// <summary>Runs one check in a transaction that is rolled back.</summary>
internal static class CheckRunner
{
    // A refresh or ANALYZE of millions of rows is part of some checks.
    private const int TimeoutSeconds = 300;

    /// <summary>
    /// On a cluster, what one transaction writes and calls must be one role's: a node takes each role for a session of its own. And one
    /// session a node, for users are on each of them.
    /// </summary>
    public const string ActAsOwner =
        "select set_config('role', 'lh_owner', true), set_config('citus.multi_shard_modify_mode', 'sequential', true)";

    public static async Task<Verdict> RunAsync(
        NpgsqlConnection connection, SqlCheck check, ClusterShape shape, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            await ExecuteAsync(connection, "set local lock_timeout = '5s'", cancellationToken);
            await StatementView.AddToPathAsync(connection, cancellationToken);
            if (check.Needs is { } relation && !await connection.ScalarAsync<bool>(
                "select to_regclass($1) is not null", cancellationToken, relation))
                return Verdict.Unavailable(check.Id, "", $"{relation} is not in this database; {check.Remedy}");
            await connection.ExecuteAsync("select set_config('loadharness.roles_log_in', $1, true)", cancellationToken,
                shape.RolesLogIn ? "yes" : "no");
            if (shape.Distributed && check.ActsAsOwner) await ExecuteAsync(connection, ActAsOwner, cancellationToken);
            foreach (var statement in check.Setup) await ExecuteAsync(connection, statement, cancellationToken);
            return await ReadAsync(connection, check, cancellationToken);
        }
        catch (PostgresException e)
        {
            return Failed(check.Id, e);
        }
        finally
        {
            await transaction.RollbackAsync(CancellationToken.None);
        }
    }

    /// <summary>What the server's refusal says of the requirement.</summary>
    public static Verdict Failed(string id, PostgresException e)
    {
        var evidence = $"{e.MessageText} (SQLSTATE {e.SqlState}){(e.Hint is null ? "" : $"; {e.Hint}")}";
        return e.SqlState switch
        {
            PostgresErrorCodes.FeatureNotSupported or PostgresErrorCodes.ObjectNotInPrerequisiteState =>
                Verdict.Unavailable(id, "", evidence),
            PostgresErrorCodes.LockNotAvailable => Verdict.Undecided(id, "", evidence),
            // A node has a session for each role, and none sees what another has not committed.
            _ when e.MessageText.Contains("in this transaction by a different user", StringComparison.Ordinal) =>
                Verdict.Unavailable(
                    id, "", "it acts as two roles in one transaction, which a cluster does not allow; one server answers it"),
            _ => Verdict.Looked(id, "", met: false, evidence),
        };
    }

    public static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = TimeoutSeconds };
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
            CommandTimeout = TimeoutSeconds,
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
