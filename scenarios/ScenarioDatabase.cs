using LoadHarness.Postgres.Workload;

namespace LoadHarness.Scenarios;

/// <summary>
/// The database as one scenario's sessions see it: waits and statements of scenarios that run at once are told apart by them.
/// </summary>
public sealed class ScenarioDatabase(SentStatements sent, TenantDatabase app, TenantDatabase worker) : IAsyncDisposable
{
    /// <summary>As the application: lh_app, in the largest workspace.</summary>
    public TenantDatabase App => app;

    /// <summary>As the senders in the background: lh_worker, in the largest workspace.</summary>
    public TenantDatabase Worker => worker;

    /// <summary>As the application, in a workspace: over the same connections, since each statement says whose it is.</summary>
    public TenantDatabase AppOf(ScenarioWorkspace workspace) => app.In(workspace.Id);

    public TenantDatabase WorkerOf(ScenarioWorkspace workspace) => worker.In(workspace.Id);

    public SentStatements Sent => sent;

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await worker.DisposeAsync();
    }
}
