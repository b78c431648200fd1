using LoadHarness.IntegrationTests.Infrastructure;

namespace LoadHarness.IntegrationTests.Input;

/// <summary>A column that a role of a tenant may write itself, as the catalog has it.</summary>
internal sealed record WritableColumn(string Role, string Table, string Column, string Type, bool Insert)
{
    private const string Catalog =
        """
        select r.rolname, c.relname, a.attname, format_type(a.atttypid, null), w.privilege = 'insert'
        from unnest(array['lh_app', 'lh_worker']) as r (rolname), unnest(array['insert', 'update']) as w (privilege), pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence = 'p'
          and has_column_privilege(r.rolname, c.oid, a.attnum, w.privilege)
        order by 1, 2, 3, 5
        """;

    // Incompressible, so that an index entry of it would be as long.
    private const string Long = "(select string_agg(md5(i::text), '') from generate_series(1, 600) as i)";

    private static readonly Dictionary<string, string[]> Extremes = new()
    {
        ["bigint"] = ["9223372036854775807", "-9223372036854775808", "0"],
        ["smallint"] = ["32767", "-32768"],
        ["integer"] = ["2147483647", "-2147483648"],
        ["boolean"] = ["true", "false"],
        ["text"] = [Long, "''", "E'\\x01\\u200b\\u202e'", "repeat('é', 1000)"],
        ["bytea"] = ["''", $"convert_to({Long}, 'UTF8')"],
        ["text[]"] = [$"array[{Long}]", "array[null]::text[]", "array(select 't' || i from generate_series(1, 5000) as i)", "'{{a},{b}}'"],
        ["jsonb"] = ["'null'", "'[]'", $"jsonb_build_object('k', {Long})", "jsonb_build_object('', 1)",
            "(repeat('[', 500) || repeat(']', 500))::jsonb"],
        ["timestamp with time zone"] =
            ["'infinity'", "'-infinity'", "'4714-11-24 00:00:00+00 BC'", "'294276-12-31 23:59:59+00'", "'1970-01-01'",
            "'2199-12-31 23:59:59+00'"],
        ["tstzrange"] = ["'(,)'", "'[-infinity,infinity]'", "'empty'", "'[4714-11-24 00:00:00+00 BC,294276-12-31 23:59:59+00]'"],
    };

    public static async Task<IReadOnlyList<WritableColumn>> AllAsync(TestDatabase database)
    {
        await using var command = database.Owner.CreateCommand(Catalog);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var columns = new List<WritableColumn>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            columns.Add(new(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetBoolean(4)));
        return columns;
    }

    /// <summary>Statements that write the column's extremes, one each: into a row that is there, or into a copy of one.</summary>
    public IEnumerable<string> Writes(IReadOnlyList<WritableColumn> all)
    {
        var extremes = Extremes.TryGetValue(Type, out var known)
            ? known
            : throw new KeyNotFoundException($"{Table}.{Column} has the type {Type}, whose extremes are not known: add some.");
        foreach (var extreme in extremes)
        {
            if (Insert)
            {
                var copied = string.Join(", ",
                    all.Where(other => other.Insert && other.Role == Role && other.Table == Table
                    && (other.Column != "id" || Column == "id")).Select(other => other.Column));
                yield return $"insert into {Table} ({copied}) select {copied} from jsonb_populate_record(null::{Table}, "
                    + $"(select to_jsonb(r) from {Table} r limit 1) || jsonb_build_object('{Column}', ({extreme})::{Type}))";
            }
            else
            {
                yield return $"update {Table} set {Column} = ({extreme})::{Type}";
            }
        }
    }
}
