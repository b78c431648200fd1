using LoadHarness.Postgres.Workload;

namespace LoadHarness.Scenarios;

/// <summary>
/// The database as one scenario's sessions see it: waits and statements of scenarios that run at once are told apart by them.
/// </summary>
public sealed class ScenarioDatabase(SentStatements sent, TenantDatabase app, TenantDatabase worker) : IAsyncDisposable
{
    /// <summary>As the application: lh_app.</summary>
    public TenantDatabase App => app;

    /// <summary>As the senders in the background: lh_worker.</summary>
    public TenantDatabase Worker => worker;

    public SentStatements Sent => sent;

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await worker.DisposeAsync();
    }
}
