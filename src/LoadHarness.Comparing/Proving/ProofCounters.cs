using LoadHarness.Comparing.Counters;
using LoadHarness.Core.Comparing;

namespace LoadHarness.Comparing.Proving;

/// <summary>Blocks that one operation touches a call, on sessions that have called it before.</summary>
internal static class ProofCounters
{
    private const int Calls = 40;

    /// <returns>Null where the arm does not have the operation, or a call fails.</returns>
    public static async Task<double?> BlocksAsync(ProofArm arm, string operation, ulong seed, CancellationToken cancellationToken)
    {
        if (!arm.Operations.ContainsKey(operation)) return null;
        var warm = await arm.CallAsync(operation, 8, ~seed, cancellationToken);
        if (warm.Fault is not null) return null;
        var before = await StatementReadings.BeginAsync(arm.Server.Admin, forget: true, cancellationToken);
        // A slow call touches as many blocks in ten calls as in forty.
        var turn = await arm.CallAsync(operation, warm.Milliseconds > 25 ? Calls / 4 : Calls, seed, cancellationToken);
        if (turn.Fault is not null) return null;
        var counters = await StatementReadings.ReadAsync(arm.Server.Admin, before, operation, turn.Calls, cancellationToken);
        return counters.Counters[CounterNames.Blocks];
    }
}
