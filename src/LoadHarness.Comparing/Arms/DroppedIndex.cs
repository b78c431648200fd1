using LoadHarness.Core;
using LoadHarness.Core.Input;
using LoadHarness.Postgres;
using Npgsql;

namespace LoadHarness.Comparing.Arms;

/// <summary>Drops an index that an arm is to be without, by the name that a person gave.</summary>
internal static class DroppedIndex
{
    // A key's index goes with its constraint.
    private const string Indexes =
        """
        select i.oid::regclass::text, coalesce(
            (select format('alter table %s drop constraint %I cascade', c.conrelid::regclass, c.conname)
             from pg_constraint c where c.conindid = i.oid and c.contype in ('p', 'u', 'x')),
            format('drop index %s', i.oid::regclass))
        from pg_class i
        join pg_namespace n on n.oid = i.relnamespace and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
        where i.relkind in ('i', 'I')
        """;

    private const string AsStatementsName = $"{Indexes} and i.oid = to_regclass($1)";

    private const string AsCatalogHas = $"{Indexes} and $1 in (i.relname::text, format('%s.%s', n.nspname, i.relname)) order by 1";

    private const string Names =
        """
        select case when pg_table_is_visible(i.oid) then '' else n.nspname || '.' end || i.relname
        from pg_class i
        join pg_namespace n on n.oid = i.relnamespace and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
        where i.relkind in ('i', 'I') and not i.relispartition
        order by 1
        """;

    /// <summary>Of a partitioned table: on every partition.</summary>
    /// <param name="index">As in a statement, or as the catalog has it, with large letters and without quotes.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="HarnessException">Several have that name, or the server refused.</exception>
    public static async Task<bool> HasDroppedAsync(NpgsqlConnection connection, string index, CancellationToken cancellationToken)
    {
        var found = await FindAsync(connection, index, cancellationToken);
        if (found.Count == 0) return false;
        if (found.Count > 1)
            throw new HarnessException(
                $"without={index}: several indexes have that name. Give one of {string.Join(", ", found.Select(one => one.Name))}.",
                ExitCode.BadUsage);
        try
        {
            await connection.ExecuteAsync(found[0].Drop, cancellationToken);
        }
        catch (PostgresException refused)
        {
            throw new HarnessException(
                $"without={index}: the server refused to drop it: {refused.SqlState}: {refused.MessageText}. "
                    + "Give another index, or drop it by sql=FILE with what needs it.",
                ExitCode.BadUsage);
        }

        return true;
    }

    /// <summary>Says that the schema has no such index, and which it has.</summary>
    public static async Task<HarnessException> RefusalAsync(
        NpgsqlConnection connection, string index, CancellationToken cancellationToken)
    {
        var names = await connection.TextsAsync(Names, cancellationToken);
        var advice = Spelling.Nearest(index, names) is { } nearest
            ? $"Did you mean '{nearest}'?"
            : $"It has {string.Join(", ", names.DefaultIfEmpty("none"))}.";
        return new($"without={index}: the schema has no index of that name. {advice}", ExitCode.BadUsage);
    }

    private static async Task<List<(string Name, string Drop)>> FindAsync(
        NpgsqlConnection connection, string index, CancellationToken cancellationToken)
    {
        var found = new List<(string Name, string Drop)>();
        try
        {
            found = await ReadAsync(connection, AsStatementsName, index, cancellationToken);
        }
        catch (PostgresException refused) when (
            ArmCluster.IsOfWords(refused) || refused.SqlState == PostgresErrorCodes.FeatureNotSupported)
        {
            // No statement could have it without quotes, as a name with a space.
        }

        return found.Count > 0 ? found : await ReadAsync(connection, AsCatalogHas, index, cancellationToken);
    }

    private static Task<List<(string Name, string Drop)>> ReadAsync(
        NpgsqlConnection connection, string statement, string index, CancellationToken cancellationToken) =>
        connection.ListAsync(statement, row => (row.GetString(0), row.GetString(1)), cancellationToken, index);
}
