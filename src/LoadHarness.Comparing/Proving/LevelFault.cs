using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;

namespace LoadHarness.Comparing.Proving;

/// <summary>What breaks a level of load: requests without an answer, or a percentile above its target.</summary>
internal static class LevelFault
{
    private const double MostFailed = 0.01;

    /// <param name="target">Null where the operation has none: then it only has to answer.</param>
    /// <returns>Null where the operation held, else what broke.</returns>
    public static string? Of(OperationResult operation, ScaleTarget? target)
    {
        var accounting = operation.Accounting;
        if (accounting.ErrorRate > MostFailed)
        {
            var lost = accounting.Failed + accounting.Skipped + accounting.InFlight;
            var error = operation.Errors.Count > 0 ? $": {operation.Errors[0].Message}" : "";
            return $"{operation.Name}: {lost} of {accounting.Scheduled} failed, were skipped or had no answer{error}";
        }

        // Few calls have no percentile: then the slowest has to hold.
        if (target is null || (operation.Response.P95 ?? operation.Response.Maximum) is not { } p95) return null;
        return p95.TotalMilliseconds <= target.Milliseconds
            ? null
            : $"{operation.Name} p95 {p95.TotalMilliseconds:0} ms, above {target.Milliseconds:0} ms of {target.Target.Id}";
    }
}
