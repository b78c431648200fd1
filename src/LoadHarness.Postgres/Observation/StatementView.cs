using Npgsql;

namespace LoadHarness.Postgres.Observation;

/// <summary>
/// pg_stat_statements, in whatever schema its extension lies: some services put extensions into one of their own, which is in no search
/// path.
/// </summary>
public static class StatementView
{
    private const string AddSchema =
        """
        select /* loadharness: statements */
               set_config('search_path', concat_ws(', ', nullif(current_setting('search_path'), ''), quote_ident(n.nspname)), true)
        from pg_extension e join pg_namespace n on n.oid = e.extnamespace
        where e.extname = 'pg_stat_statements' and n.nspname <> all (current_schemas(true))
        """;

    /// <returns>A transaction in which the name of the view is found. Who gets it disposes it.</returns>
    public static async Task<NpgsqlTransaction> FindAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await AddToPathAsync(connection, cancellationToken);
        return transaction;
    }

    /// <summary>The name of the view is found until the transaction ends: a pooler's server sessions are not changed for others.</summary>
    public static Task AddToPathAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(AddSchema, cancellationToken);
}
