using Npgsql;

namespace LoadHarness.IntegrationTests.Seeding;

/// <summary>What a database says of its own keys, indexes and triggers, one line each.</summary>
internal static class Catalog
{
    private const string Everything =
        """
        select concat_ws(' ', 'index', pg_get_indexdef(i.indexrelid), 'valid', i.indisvalid, obj_description(i.indexrelid, 'pg_class'),
                         (select inhparent::regclass from pg_inherits where inhrelid = i.indexrelid),
                         (select string_agg(attnum || ' statistics ' || attstattarget, ' ')
                             from pg_attribute where attrelid = i.indexrelid and attstattarget >= 0))
        from pg_index i join pg_class c on c.oid = i.indrelid where c.relnamespace = 'public'::regnamespace
        union all
        select concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated, conislocal, coninhcount,
            obj_description(oid, 'pg_constraint'))
        from pg_constraint where connamespace = 'public'::regnamespace
        union all
        select concat_ws(' ', 'trigger', tgrelid::regclass, tgname, tgenabled) from pg_trigger where not tgisinternal
        order by 1
        """;

    public static Task<List<string>> ReadAsync(NpgsqlDataSource source) => LinesAsync(source, Everything);

    public static async Task<List<string>> LinesAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var lines = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            lines.Add(reader.GetString(0));
        return lines;
    }
}
