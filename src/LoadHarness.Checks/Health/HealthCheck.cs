using LoadHarness.Core.Progress;
using LoadHarness.Core.Verdicts;
using LoadHarness.Postgres.Distribution;
using LoadHarness.Postgres.Observation;
using Npgsql;
using NpgsqlTypes;

namespace LoadHarness.Checks.Health;

/// <summary>Looks at a database and tells, check by check, what is wrong and what would fix it.</summary>
public static class HealthCheck
{
    /// <summary>Works on any database; what one lacks makes its checks unknown, never an error.</summary>
    /// <param name="limits">Other limits than the checks' own; null takes those.</param>
    public static async Task<HealthReport> RunAsync(
        NpgsqlDataSource source, IStageProgress progress, CancellationToken cancellationToken, HealthLimits? limits = null)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var spread = (await ClusterShape.ReadAsync(connection, cancellationToken)).Holders > 0;
        var questions = (spread ? HealthCatalog.OnCluster : HealthCatalog.All).Select(question => limits?.On(question) ?? question);
        return await AllAsync(connection, [.. questions], spread, progress, cancellationToken);
    }

    /// <summary>Each of them, whatever becomes of the ones before it.</summary>
    internal static async Task<HealthReport> AllAsync(
        NpgsqlConnection connection, IReadOnlyList<HealthCheckDefinition> questions, bool spread, IStageProgress progress,
            CancellationToken cancellationToken)
    {
        var results = new List<HealthResult>();
        using var task = progress.Begin("Health", questions.Count, "checks");
        foreach (var question in questions)
        {
            await connection.EnsureOpenAsync(cancellationToken);
            results.Add(await AskAsync(connection, question, spread, cancellationToken));
            task.Advance(1);
        }

        return new HealthReport(DateTimeOffset.UtcNow, results);
    }

    /// <summary>One check alone, with limits of the caller's.</summary>
    internal static async Task<HealthResult> OneAsync(
        NpgsqlDataSource source, HealthCheckDefinition question, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await AskAsync(connection, question, spread: false, cancellationToken);
    }

    private static async Task<HealthResult> AskAsync(
        NpgsqlConnection connection, HealthCheckDefinition question, bool spread, CancellationToken cancellationToken)
    {
        try
        {
            return await AnswerAsync(connection, question, spread, cancellationToken);
        }
        catch (NpgsqlException e) when (StatementFaults.IsUnanswered(e))
        {
            var words = StatementFaults.Words(e, question.Patience.TotalSeconds);
            return Unknown(question, e is PostgresException ? $"no answer: {words}" : words) with { Missing = false, Unanswered = true };
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege && question.Grant is not null)
        {
            var role = await connection.ScalarAsync<string>("select quote_ident(current_user)", cancellationToken);
            var finding = new HealthFinding(
                HealthStatus.Unknown, "this login", $"may not ask: {e.MessageText}", $"grant {question.Grant} to {role};");
            return Judge(question, [(finding, null)]) with { Missing = true };
        }
        catch (PostgresException e)
        {
            var words = StatementFaults.Words(e, question.Patience.TotalSeconds);
            return Unknown(question, $"could not be asked: {words}") with { Refused = true };
        }
    }

    private static async Task<HealthResult> AnswerAsync(
        NpgsqlConnection connection, HealthCheckDefinition question, bool spread, CancellationToken cancellationToken)
    {
        await using var found = question.Requires is null ? null : await StatementView.FindAsync(connection, cancellationToken);
        if (question.Requires is { } required && !await ExistsAsync(connection, required, cancellationToken))
            return Unknown(question, $"{required} is missing here. {question.Remedy}");
        var rows = await RowsAsync(connection, question, cancellationToken);
        if (spread && question.AsksWorkers) rows.AddRange(await WorkerRows.AskAsync(connection, question, cancellationToken));
        return Judge(question, rows);
    }

    private static HealthResult Judge(HealthCheckDefinition question, List<(HealthFinding Row, double? Figure)> rows)
    {
        if (rows.Count == 0)
            return question.Direction == LimitDirection.AtMost
                ? Result(question, HealthStatus.Green, 0, "nothing found", [])
                // What is to be much, and is not there, is not shown to be enough.
                : Result(question, HealthStatus.Unknown, null, "there is nothing to judge", []);
        var status = rows.Max(row => row.Row.Status);
        var worst = rows.First(row => row.Row.Status == status);
        HealthFinding[] findings = [.. rows.Where(row => row.Row.Status != HealthStatus.Green).Select(row => row.Row)];
        var evidence = findings.Length > 1
            ? $"{findings.Length} found; first {worst.Row.Subject}: {worst.Row.Detail}"
            : $"{worst.Row.Subject}: {worst.Row.Detail}";
        return Result(question, status, worst.Figure, evidence, findings);
    }

    private static HealthResult Unknown(HealthCheckDefinition question, string evidence) =>
        Result(question, HealthStatus.Unknown, null, evidence, []) with { Missing = true };

    private static HealthResult Result(
        HealthCheckDefinition question, HealthStatus status, double? figure, string evidence, IReadOnlyList<HealthFinding> findings) =>
        new(question.Id, question.Title, status, figure, question.Limit, question.Direction, question.Unit, evidence, findings);

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        var lookup = name.Contains('(', StringComparison.Ordinal) ? "to_regprocedure" : "to_regclass";
        return await connection.ScalarAsync<bool>($"select {lookup}($1) is not null", cancellationToken, name);
    }

    private static async Task<List<(HealthFinding, double?)>> RowsAsync(
        NpgsqlConnection connection, HealthCheckDefinition question, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"select a.status, a.subject, a.detail, a.remedy, a.figure::double precision from ({question.Sql}) a",
            connection)
        {
            CommandTimeout = (int)question.Patience.TotalSeconds,
            Parameters =
            {
                new() { Value = question.Warn, NpgsqlDbType = NpgsqlDbType.Double },
                new() { Value = question.Limit, NpgsqlDbType = NpgsqlDbType.Double },
                new() { Value = question.Settled.TotalSeconds, NpgsqlDbType = NpgsqlDbType.Double },
            },
        };
        var rows = new List<(HealthFinding, double?)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var finding = new HealthFinding(
                Enum.Parse<HealthStatus>(reader.GetString(0), ignoreCase: true),
                reader.GetString(1),
                reader.GetString(2),
                await reader.IsDBNullAsync(3, cancellationToken) ? null : reader.GetString(3));
            rows.Add((finding, await reader.IsDBNullAsync(4, cancellationToken) ? null : reader.GetDouble(4)));
        }

        return rows;
    }
}
