namespace LoadHarness.Checks.Health;

/// <summary>Every check, in the order in which a person reads them.</summary>
internal static class HealthQuestions
{
    public static IReadOnlyList<HealthCheckDefinition> All { get; } =
    [
        ServerQuestions.MeanQueryTime, GrowthQuestions.MonthlyGrowth, ServerQuestions.PoolUse, ServerQuestions.CacheHit,
        IndexQuestions.CriticalScans, IndexQuestions.Invalid, IndexQuestions.Unused, IndexQuestions.Duplicate,
        TableQuestions.Bloat, TableQuestions.StaleStatistics, TableQuestions.Freeze, ServerQuestions.IdleInTransaction,
        ServerQuestions.LongTransaction, PartitionQuestions.DefaultRows, PartitionQuestions.FutureMonths,
        JobQuestions.Jobs, JobQuestions.AnalyticsFreshness, SecurityQuestions.TrustedSchemas,
    ];
}
