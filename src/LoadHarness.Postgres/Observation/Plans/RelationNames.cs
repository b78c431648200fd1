using Npgsql;

namespace LoadHarness.Postgres.Observation.Plans;

/// <summary>The relations of the schema: which is a partition of which, and which hold nothing.</summary>
internal sealed class RelationNames
{
    private readonly Dictionary<string, string> _parents = [];
    private readonly HashSet<string> _known = [];
    private readonly HashSet<string> _empty = [];

    public static async Task<RelationNames> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var names = new RelationNames();
        var relations = await connection.ListAsync(
            """
            select /* loadharness: plans */
                   c.relname::text, coalesce(p.relname::text, ''), c.relkind = 'r' and pg_relation_size(c.oid) = 0
            from pg_class c
            left join pg_inherits i on i.inhrelid = c.oid
            left join pg_class p on p.oid = i.inhparent
            where c.relkind in ('r', 'm', 'i', 'p', 'I')
              and c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
            """,
            row => (Name: row.GetString(0), Parent: row.GetString(1), IsEmpty: row.GetBoolean(2)), cancellationToken);
        foreach (var (name, parent, isEmpty) in relations)
        {
            names._known.Add(name);
            if (parent.Length > 0) names._parents[name] = parent;
            if (isEmpty) names._empty.Add(name);
        }

        return names;
    }

    /// <returns>The topmost parent's name; the name itself of what is no partition, empty of null.</returns>
    public string ParentOf(string? relation)
    {
        var name = relation ?? "";
        while (_parents.TryGetValue(name, out var parent)) name = parent;
        return name;
    }

    /// <summary>Whether it is the schema's: functions look into the server's own catalog as well, which says nothing about them.</summary>
    public bool Knows(string? relation) => relation is not null && _known.Contains(relation);

    /// <summary>To read all of an empty table reads nothing.</summary>
    public bool IsEmpty(string relation) => _empty.Contains(relation);
}
