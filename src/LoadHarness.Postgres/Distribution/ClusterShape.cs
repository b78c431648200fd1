using Npgsql;

namespace LoadHarness.Postgres.Distribution;

/// <summary>What Citus, an extension that spreads tables over several servers, is in a database.</summary>
/// <param name="Installed">Whether the extension is in this database.</param>
/// <param name="Workers">Servers that take parts of tables; 0 on one server.</param>
/// <param name="Distributed">Whether leads are spread over them.</param>
/// <param name="Holders">Workers that hold parts of leads, as the coordinator knows them; 0 on every other server.</param>
public sealed record ClusterShape(bool Installed, long Workers, bool Distributed, long Holders = 0)
{
    /// <summary>Name of its line among the capabilities of a server.</summary>
    public const string Capability = "citus";

    /// <summary>
    /// Sessions of the coordinator for one scenario: each keeps two to each worker, of the caller's role and of the functions' owner, and
    /// the coordinator opens no more than its max_connections to one worker: then a statement waits until a session ends.
    /// </summary>
    public const int MostSessions = 40;

    private const string CountHolders =
        """
        select count(distinct n.groupid)
        from pg_catalog.pg_dist_shard s
        join pg_catalog.pg_dist_placement p on p.shardid = s.shardid
        join pg_catalog.pg_dist_node n on n.groupid = p.groupid and n.groupid <> 0 and n.isactive and n.noderole = 'primary'
        where s.logicalrelid = to_regclass('public.leads') and (select l.groupid from pg_catalog.pg_dist_local_group l) = 0
        """;

    private const string HowToGetIt =
        "One server needs none. For several: install Citus 12 or 13 on each (or run its image, citusdata/citus:13.2.0-pg15), add citus to "
            + "shared_preload_libraries, then in each database create extension citus, and on the coordinator select "
            + "citus_add_node('host', 5432) for each worker; migrate again.";

    /// <summary>Whether there are workers to spread tables over.</summary>
    public bool IsCoordinator => Workers > 0;

    /// <summary>Whether nodes connect to each other as the roles of the schema, which therefore may log in.</summary>
    public bool RolesLogIn => Holders > 0;

    /// <summary>What is missing for tables to be spread; null when nothing is.</summary>
    public string? Remedy => (Installed, Workers) switch
    {
        (false, _) => HowToGetIt,
        (_, 0) => "The extension is here, but no worker: on the coordinator "
            + "select citus_add_node('host', 5432) for each, then migrate again.",
        _ => null,
    };

    public static async Task<ClusterShape> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!await connection.ScalarAsync<bool>(
            "select exists (select 1 from pg_extension where extname = 'citus')", cancellationToken))
            return new(false, 0, false);
        return new(
            true,
            await connection.ScalarAsync<long>(
                "select count(*) from pg_catalog.pg_dist_node where isactive and shouldhaveshards and noderole = 'primary'",
                cancellationToken),
            await connection.ScalarAsync<bool>(
                "select exists (select 1 from pg_catalog.pg_dist_partition where logicalrelid = to_regclass('public.leads'))",
                cancellationToken),
            await connection.ScalarAsync<long>(CountHolders, cancellationToken));
    }
}
