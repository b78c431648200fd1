namespace LoadHarness.Postgres.Observation;

/// <summary>What the harness asks for itself, and what Npgsql asks to know a database's types and to clean a session.</summary>
internal static class OwnStatements
{
    // PostgreSQL 18 leaves out comments that stand before the first word of a statement: the harness's mark stands behind it, and Npgsql's
    // are none to go by.
    private static readonly string[] Marks =
    [
        "/* loadharness:", "ns.nspname, t.oid, t.typname", "typ.oid, att.attname", "typ.oid, enumlabel", "select version()", "discard all",
    ];

    /// <param name="statement">As pg_stat_statements keeps it.</param>
    public static bool Have(string statement) => Marks.Any(mark => statement.Contains(mark, StringComparison.OrdinalIgnoreCase));
}
