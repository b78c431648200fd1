namespace LoadHarness.Checks.Health;

/// <summary>Limits of a site's own, where a check's do not fit.</summary>
public sealed record HealthLimits
{
    /// <summary>From which age the statistics of scans are judged.</summary>
    public TimeSpan StatisticsSettle { get; init; } = TimeSpan.FromHours(1);

    /// <summary>From where a check is yellow and from where red, in its own unit, by the check's id.</summary>
    public IReadOnlyDictionary<string, (double Warn, double Red)> Of { get; init; } = new Dictionary<string, (double, double)>();

    internal HealthCheckDefinition On(HealthCheckDefinition question)
    {
        HealthCheckDefinition settled = question with { Settled = StatisticsSettle };
        return Of.TryGetValue(question.Id, out var limit) ? settled with { Warn = limit.Warn, Limit = limit.Red } : settled;
    }
}
