using LoadHarness.Core;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Observation;
using LoadHarness.Workloads.Format;
using LoadHarness.Workloads.Running;

namespace LoadHarness.Workloads.Checking;

/// <summary>What the scenarios that run at once hold of the server's connections, with those that watch it.</summary>
/// <param name="OfUsers">Opened before the load, whatever that asks for: users of the closed model have one each.</param>
/// <param name="AtMost">When each user, or each request that may be in flight, has one.</param>
/// <param name="Free">Null where it is not known: see <see cref="FreeConnections"/>.</param>
public sealed record WorkloadConnections(int OfUsers, int AtMost, int? Free)
{
    public static async Task<WorkloadConnections> ReadAsync(
        Workload workload, string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = await SingleSession.OpenAsync(connectionString, cancellationToken);
        return Of(workload, await FreeConnections.ReadAsync(connection, cancellationToken));
    }

    /// <param name="isPrivate">Whether the server is the harness's own.</param>
    /// <exception cref="HarnessException">The server would refuse some of the users.</exception>
    public void Require(bool isPrivate)
    {
        if (Free is { } free && OfUsers > free)
            throw new HarnessException(
                $"The workload holds {OfUsers} connections at once, one for each user and {DatabaseObserver.Connections} that watch the "
                    + $"server, and the server has {free} free: {FreeConnections.Remedy(OfUsers - free, isPrivate)}, "
                    + "or lower copies of its simulations.", ExitCode.BadUsage);
    }

    /// <summary>A sentence where requests may find none; null where there are enough, or it is not known.</summary>
    /// <param name="isPrivate">As of <see cref="Require"/>.</param>
    public string? Warning(bool isPrivate) => Free is not { } free || AtMost <= free
        ? null
        : $"The workload may hold {AtMost} connections at once, and the server had {free} free. What it refuses counts as failed: "
            + $"{FreeConnections.Remedy(AtMost - free, isPrivate)}, or lower copies, maxInFlight or connections of its scenarios.";

    internal static WorkloadConnections Of(Workload workload, int? free)
    {
        // A pool opens them when they are needed.
        var isPooled = workload.File.Tenant is not null;
        return new(
            Most(scenario => !isPooled && ScenarioSessions.IsClosed(scenario) ? ScenarioSessions.MostConnections(scenario) : 0),
            Most(scenario => Math.Min(ScenarioSessions.MostConnections(scenario), ScenarioSessions.MostAtOnce(scenario))),
            free);

        int Most(Func<ScenarioFile, int> of) =>
            workload.Groups.Max(group => group.Sum(scenario => of(scenario.Value))) + DatabaseObserver.Connections;
    }
}
