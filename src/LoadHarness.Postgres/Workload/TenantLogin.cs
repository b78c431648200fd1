namespace LoadHarness.Postgres.Workload;

/// <summary>How a load reaches the database: each generator of it, in whichever program, opens its connections by the same rule.</summary>
/// <param name="ConnectionString">A login that may take the application's roles.</param>
/// <param name="ThroughPooler">It has connections of its own to the server: <paramref name="MostSessions"/> is no limit there.</param>
/// <param name="MostSessions">For one role of a scenario: a cluster of servers has a limit.</param>
public sealed record TenantLogin(string ConnectionString, bool ThroughPooler, int MostSessions = int.MaxValue)
{
    /// <inheritdoc cref="TenantDatabase.Open"/>
    public TenantDatabase Open(string role, long workspaceId, int connections, SentStatements? sent) => ThroughPooler
        ? TenantDatabase.OpenThroughPooler(ConnectionString, role, workspaceId, connections, sent)
        : TenantDatabase.Open(ConnectionString, role, workspaceId, Math.Min(connections, MostSessions), sent);
}
