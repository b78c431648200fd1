using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Postgres.Workload;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.Scenarios;

/// <summary>What scenarios work with: the database as its roles see it, arguments to draw, and how hard to push.</summary>
public sealed class Workbench : IAsyncDisposable
{
    /// <summary>What an application's pool holds for a lone scenario.</summary>
    private const int FewestConnections = 16;

    private long _newLeads;

    private Workbench(TenantDatabase app, TenantDatabase worker, SeedManifest seed, LoadProfile profile)
    {
        (App, Worker, Seed, Profile) = (app, worker, seed, profile);
        Draws = new(seed);
    }

    /// <summary>As the application: lh_app.</summary>
    public TenantDatabase App { get; }

    /// <summary>As the senders in the background: lh_worker.</summary>
    public TenantDatabase Worker { get; }

    public SeedManifest Seed { get; }

    public LoadProfile Profile { get; }

    public Draws Draws { get; }

    /// <param name="open"><see cref="TenantDatabase.Open"/> or <see cref="TenantDatabase.OpenThroughPooler"/>, on a login that may take the application's roles.</param>
    public static Workbench Open(Func<string, long, int, TenantDatabase> open, SeedManifest seed, LoadProfile profile)
    {
        // Every user, import and scheduler of the mix holds at most one connection at a time.
        var mix = profile.MixedUsers;
        var mixed = mix is null ? 0 : mix.Users + mix.Imports + mix.Campaigns;
        var senders = Math.Max(profile.CampaignSend?.Workers ?? 0, mix?.Campaigns ?? 0);
        return new(
            open("lh_app", seed.PrimaryWorkspaceId, Math.Max(FewestConnections, mixed)),
            open("lh_worker", seed.PrimaryWorkspaceId, Math.Max(FewestConnections, senders)),
            seed,
            profile);
    }

    /// <summary>Sends a statement of sql/queries and fetches all its rows; waiting for a connection, the query and the fetch are steps of their own.</summary>
    public async Task<IResponse> QueryAsync(IScenarioContext context, string query, params object?[] arguments)
    {
        var stop = context.CancellationToken;
        await using var connection = await context.Step("connect", () => App.ConnectAsync(stop)).ConfigureAwait(false);
        await using var reader = await context.Step("query", () => App.QueryAsync(connection, QueryCatalog.Shipped[query], arguments, stop)).ConfigureAwait(false);
        await context.Step("fetch", () => TenantDatabase.DrainAsync(reader, stop)).ConfigureAwait(false);
        return Response.Ok();
    }

    /// <summary>Sets leads aside that are not seeded: no two imports of a run bring in the same new ones.</summary>
    /// <returns>The first of them.</returns>
    public long FirstOfNewLeads(int count) => Seed.Contacts + Interlocked.Add(ref _newLeads, count) - count + 1;

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync().ConfigureAwait(false);
        await Worker.DisposeAsync().ConfigureAwait(false);
    }
}
