using LoadHarness.Postgres;
using Npgsql;

namespace LoadHarness.Comparing.Counters;

/// <summary>
/// What inserts into GIN indexes put off: a list that the call which fills it up has to sort in. Which call that is hangs on all calls
/// before, so counters would differ by it from pass to pass; and reads walk through the list until then.
/// </summary>
internal static class PendingLists
{
    private const string Empty =
        """
        select sum(gin_clean_pending_list(i.indexrelid))
        from pg_index i
        join pg_class c on c.oid = i.indexrelid and c.relkind = 'i'
        join pg_am a on a.oid = c.relam and a.amname = 'gin'
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname !~ '^pg_'
        """;

    public static async Task EmptyAsync(NpgsqlDataSource admin, CancellationToken cancellationToken)
    {
        await using var connection = await admin.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Empty, cancellationToken);
    }
}
