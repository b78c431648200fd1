using System.Collections.Concurrent;
using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Postgres.Observation;
using LoadHarness.Postgres.Workload;
using LoadHarness.Scenarios.OtherEngines;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.Scenarios;

/// <summary>Opens the database for a role of a scenario.</summary>
public delegate TenantDatabase OpenTenant(string role, long workspaceId, int connections, SentStatements sent);

/// <summary>
/// What scenarios work with: the database as its roles see it, arguments to draw, what they should find, and how hard to push.
/// </summary>
public sealed class ScenarioEnvironment : IAsyncDisposable
{
    /// <summary>Leads that one of several generators may bring in: no two of them bring in the same.</summary>
    private const long NewLeadsOfAnAgent = 1_000_000_000;

    private readonly ConcurrentDictionary<string, Lazy<ScenarioDatabase>> _databases = new();
    private readonly OpenTenant _open;
    private readonly Lazy<CrmReads> _reads;
    private long _newLeads;

    private ScenarioEnvironment(OpenTenant open, SeedManifest seed, LoadProfile profile, LoadShare share)
    {
        (_open, Seed, Profile, Share) = (open, seed, profile, share);
        Workspaces = new(seed);
        _reads = new(() => new(this));
    }

    public SeedManifest Seed { get; }

    public LoadProfile Profile { get; }

    /// <summary>
    /// Leads besides the seeded ones that earlier loads of the database have set aside for their imports: it may hold them already.
    /// </summary>
    public long LeadsBefore { get; private init; }

    /// <summary>What of the load this program makes.</summary>
    public LoadShare Share { get; }

    /// <summary>Where requests go, with what each workspace can be asked for and what it should answer.</summary>
    public ScenarioWorkspaces Workspaces { get; }

    /// <summary>The reads that the scenarios and their mix are made of.</summary>
    public CrmReads Reads => _reads.Value;

    /// <summary>The statements under test, by name.</summary>
    public QueryCatalog Queries { get; private init; } = QueryCatalog.Shipped;

    /// <summary>Told of each read as it is sent: operation, name of the statement, arguments. Null where nobody asks.</summary>
    public Action<string, string, IReadOnlyList<object?>>? Sends { get; set; }

    /// <summary>
    /// Which row a request asks for of those that are asked for one after the other, such as segments: any number. Null for the iteration's
    /// number, so that of many requests each row gets as many.
    /// </summary>
    public Func<IScenarioContext, long>? Places { get; set; }

    /// <summary>
    /// Reads that are not asked for, as <c>scenario/operation</c>: statements of another day may not answer them.
    /// </summary>
    public IReadOnlyCollection<string> LeftOut { get; set; } = [];

    /// <summary>
    /// As <see cref="LeadRange.WholeChunks"/>, for the campaigns of arms: all of them go to the same leads, however they are sent.
    /// </summary>
    public bool WholeChunks { get; set; }

    /// <summary>Leads set aside for imports until now.</summary>
    public long NewLeads => Interlocked.Read(ref _newLeads);

    /// <param name="open">
    /// <see cref="TenantDatabase.Open"/> or <see cref="TenantDatabase.OpenThroughPooler"/>, on a login that may take the application's
    /// roles.
    /// </param>
    /// <param name="queries">Other statements than those of the program's sql/queries.</param>
    /// <param name="share">Null for all of it.</param>
    /// <param name="leadsBefore">As <see cref="LeadsBefore"/>.</param>
    public static ScenarioEnvironment Open(
        OpenTenant open, SeedManifest seed, LoadProfile profile, QueryCatalog? queries = null, LoadShare? share = null,
            long leadsBefore = 0) =>
        new(open, seed, profile, share ?? LoadShare.Whole) { Queries = queries ?? QueryCatalog.Shipped, LeadsBefore = leadsBefore };

    /// <summary>Leads besides the seeded ones that a load may bring in.</summary>
    /// <param name="generators">That share it.</param>
    public static long LeadsToSetAside(int generators) => generators * NewLeadsOfAnAgent;

    /// <summary>The sessions of one scenario, opened when they are first asked for.</summary>
    public ScenarioDatabase For(string scenario) => _databases.GetOrAdd(scenario, name => new(() => OpenFor(new(name)))).Value;

    /// <summary>How the observer tells a scenario from others that run at the same time.</summary>
    public ScenarioWatch WatchOf(ScenarioProps scenario) =>
        new(For(scenario.Name).Sent, [.. scenario.Operations.Select(operation => operation.Name)]);

    /// <summary>
    /// Sets leads aside that are not seeded: no two imports of a run bring in the same new ones, and none brings in those of an earlier
    /// load.
    /// </summary>
    /// <returns>The first of them.</returns>
    public long FirstOfNewLeads(int count) =>
        Seed.Contacts + LeadsBefore + (Share.Index * NewLeadsOfAnAgent) + Interlocked.Add(ref _newLeads, count) - count + 1;

    /// <summary>Notes what other programs did for this one, so that the server's statements can be told apart.</summary>
    /// <param name="newLeads">That they have set aside for imports.</param>
    public void Note(IEnumerable<SentBy> sent, int newLeads)
    {
        foreach (var one in sent)
        {
            if (one.Operation.Length > 0) For(one.Scenario).Sent.Add(one.Statement, one.Operation);
            else For(one.Scenario).Sent.Add(one.Statement);
        }

        FirstOfNewLeads(newLeads);
    }

    /// <summary>Closes all sessions: those of a scenario that has ended must not take the next one's room.</summary>
    public async Task ReleaseAsync()
    {
        foreach (var name in _databases.Keys)
            if (_databases.TryRemove(name, out var database))
                await database.Value.DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await ReleaseAsync();

    private ScenarioDatabase OpenFor(SentStatements sent) => new(
        sent,
        _open("lh_app", Seed.PrimaryWorkspaceId, ProfileConnections.OfApp(Profile), sent),
        _open("lh_worker", Seed.PrimaryWorkspaceId, ProfileConnections.OfWorker(Profile), sent));
}
