using LoadHarness.Postgres.Migration;
using Npgsql;

namespace LoadHarness.Postgres.Jobs;

/// <summary>A session in which what a job runs has the power of lh_jobs, however much its login has.</summary>
/// <remarks>
/// A role that may act as lh_owner may replace what a job calls. A superuser that merely set its role could be brought back by a
/// <c>reset role</c> in there. A definer function cannot: inside one, PostgreSQL refuses to change the role. So a superuser's statements go
/// through one of lh_jobs, made anew for each of them, for its owner might change it.
/// </remarks>
internal sealed class JobSession : IAsyncDisposable
{
    private const string Gate =
        """
        create function pg_temp.as_jobs(statement text, one text, other text) returns text
        language plpgsql security definer set search_path = pg_catalog, pg_temp as
        'declare answer text; begin execute statement into answer using one, other; return answer; end';
        alter function pg_temp.as_jobs(text, text, text) owner to lh_jobs;
        """;

    private readonly NpgsqlConnection _connection;
    private readonly bool _superuser;

    private JobSession(NpgsqlConnection connection, bool superuser) => (_connection, _superuser) = (connection, superuser);

    public static async Task<JobSession> OpenAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken);
        try
        {
            var superuser = await connection.ScalarAsync<bool>(
                "select rolsuper from pg_catalog.pg_roles where rolname operator(pg_catalog.=) session_user", cancellationToken);
            // From version 16 on a member may be one that cannot set the role.
            var power = connection.PostgreSqlVersion.Major < RoleGrants.FirstVersion ? "member" : "set";
            if (!superuser && await connection.ScalarAsync<bool>("select pg_catalog.pg_has_role('lh_jobs', $1)", cancellationToken, power))
                await connection.ExecuteAsync("set role lh_jobs", cancellationToken);
            return new JobSession(connection, superuser);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>One statement in a transaction of its own, its text parameters $1 and $2; its first column as text.</summary>
    /// <param name="timeoutSeconds">After that the statement is cancelled.</param>
    public async Task<string?> AskAsync(string sql, string one, string other, int timeoutSeconds, CancellationToken cancellationToken)
    {
        await using var transaction = await _connection.BeginTransactionAsync(cancellationToken);
        if (_superuser)
            await _connection.ExecuteAsync(Gate, cancellationToken);
        await using var command = new NpgsqlCommand(_superuser ? "select pg_temp.as_jobs($1, $2, $3)" : sql, _connection)
        {
            CommandTimeout = timeoutSeconds,
        };
        foreach (var text in _superuser ? [sql, one, other] : (string[])[one, other])
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = text });
        var answer = await command.ExecuteScalarAsync(cancellationToken);
        if (_superuser)
            await _connection.ExecuteAsync("drop function if exists pg_temp.as_jobs(text, text, text)", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return answer is null or DBNull ? null : answer.ToString();
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
