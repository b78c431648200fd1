using LoadHarness.Core.Options;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>What the provision stage needs to know.</summary>
/// <param name="Keep">The server's directory or container stays behind, stopped, when the database is disposed.</param>
/// <param name="Force">A given database that already holds tables may be used.</param>
public sealed record DatabaseRequest(DatabaseTarget Target, ServerProfile Profile, bool Keep, bool Force)
{
    /// <summary>Given the newest server's major version, a seeded native cluster to start from when it exists; null starts empty.</summary>
    public Func<int, ClusterSnapshot>? Snapshot { get; init; }

    /// <summary>Major version of a native server; null for the newest on this machine.</summary>
    public int? ServerVersion { get; init; }

    /// <summary>
    /// What comes next works on the CRM's schema, which lies in <c>public</c>: its names find nothing else, whatever the login's path is.
    /// </summary>
    public bool CrmSchema { get; init; }

    /// <summary>What comes next empties a given database for the seeder.</summary>
    public bool DeletesRows { get; init; }

    /// <summary>It may do so also with rows that are not the harness's own.</summary>
    public bool DeletesForeignRows { get; init; }

    /// <summary>What comes next fills or empties a given database, or drives load on it: one run at a time.</summary>
    public bool Exclusive { get; init; }

    /// <summary>Settings on top of the profile's; a name given in both wins here.</summary>
    public IReadOnlyDictionary<string, string> ExtraSettings { get; init; } = new Dictionary<string, string>();
}
