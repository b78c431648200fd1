using LoadHarness.Core.Verdicts;
using Npgsql;

namespace LoadHarness.Postgres.Verification;

internal sealed record Answer(
    VerdictKind Kind, string Evidence, double? Figure = null, double? Limit = null, string Unit = "", LimitDirection Direction = LimitDirection.AtLeast)
{
    /// <summary>A second look at the same requirement: the worse verdict, the evidence of both, and the second one's figure where it has one.</summary>
    public Answer With(Answer second) => (second.Figure is null ? this : second) with { Kind = CheckReport.Worse(Kind, second.Kind), Evidence = $"{Evidence}; {second.Evidence}" };
}

/// <summary>Asks one question in a transaction that is rolled back.</summary>
internal static class Ask
{
    // A refresh or ANALYZE of millions of rows is part of some questions.
    private const int TimeoutSeconds = 300;

    public static async Task<Answer> RunAsync(NpgsqlConnection connection, Question question, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        try
        {
            await ExecuteAsync(connection, "set local lock_timeout = '5s'", ct);
            foreach (var statement in (question.WithTenant ? Tenant.Setup : []).Concat(question.Setup ?? []))
                await ExecuteAsync(connection, statement, ct);
            return await ReadAsync(connection, question.Sql, ct);
        }
        catch (PostgresException e)
        {
            return Failed(e);
        }
        finally
        {
            await transaction.RollbackAsync(CancellationToken.None);
        }
    }

    public static Answer Failed(PostgresException e) => new(
        e.SqlState switch
        {
            PostgresErrorCodes.FeatureNotSupported or PostgresErrorCodes.ObjectNotInPrerequisiteState => VerdictKind.Unavailable,
            PostgresErrorCodes.LockNotAvailable => VerdictKind.Inconclusive,
            _ => VerdictKind.Missed,
        },
        $"{e.MessageText} (SQLSTATE {e.SqlState}){(e.Hint is null ? "" : $"; {e.Hint}")}");

    public static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = TimeoutSeconds };
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task<Answer> ReadAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            $"select a.verdict, a.evidence, a.figure::double precision, a.lim::double precision, a.unit from ({sql}) a (verdict, evidence, figure, lim, unit)", connection)
        {
            CommandTimeout = TimeoutSeconds,
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct)) return new Answer(VerdictKind.Missed, "nothing of it was found in the catalog");
        return new Answer(
            Enum.Parse<VerdictKind>(reader.GetString(0), ignoreCase: true),
            await reader.IsDBNullAsync(1, ct) ? "nothing was found" : reader.GetString(1),
            await reader.IsDBNullAsync(2, ct) ? null : reader.GetDouble(2),
            await reader.IsDBNullAsync(3, ct) ? null : reader.GetDouble(3),
            reader.GetString(4));
    }
}
