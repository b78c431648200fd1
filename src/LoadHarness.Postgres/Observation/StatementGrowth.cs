namespace LoadHarness.Postgres.Observation;

/// <summary>What a statement has counted at two moments.</summary>
internal static class StatementGrowth
{
    /// <param name="before">The same counters, in the same order.</param>
    /// <returns>
    /// Whether none went back: else the statement was reset or dropped in between, and began anew, and differences are senseless.
    /// </returns>
    public static bool IsOf(IEnumerable<long> before, IEnumerable<long> now) => before.Zip(now).All(pair => pair.First <= pair.Second);
}
