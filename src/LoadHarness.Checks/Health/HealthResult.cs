using LoadHarness.Core.Verdicts;

namespace LoadHarness.Checks.Health;

/// <summary>HI-1..3: green is within range, yellow near a limit, red past it; unknown when nothing can be said yet.</summary>
public enum HealthStatus
{
    Green,
    Unknown,
    Yellow,
    Red,
}

/// <param name="Subject">What offends: a statement, an index, a session, a partition, a job.</param>
/// <param name="Remedy">The statement or setting that would fix it; null when there is no single one.</param>
public sealed record HealthFinding(HealthStatus Status, string Subject, string Detail, string? Remedy);

/// <param name="Figure">The worst figure found, in <paramref name="Unit"/>.</param>
/// <param name="Limit">What turns the check red, in the same unit.</param>
/// <param name="Missing">The status is unknown for want of an extension, a right or the migrated schema, not of time.</param>
public sealed record HealthResult(
    string Id,
    string Title,
    HealthStatus Status,
    double? Figure,
    double? Limit,
    LimitDirection Direction,
    string Unit,
    string Evidence,
    IReadOnlyList<HealthFinding> Findings,
    bool Missing = false)
{
    /// <summary>The server refused the check's statement.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool Refused { get; init; }

    /// <summary>The check had no answer in time: asked again, it may have one.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool Unanswered { get; init; }

    public Verdict ToVerdict()
    {
        var evidence = $"{Status.ToString().ToLowerInvariant()}: {Evidence}";
        var limit = Limit is { } value ? new Limit(value, Direction, Unit) : null;
        if (Unanswered) return Verdict.Undecided(Id, Title, evidence);
        // A check that knows nothing yet has measured nothing, whether for want of an extension or of time.
        return Status == HealthStatus.Unknown
            ? Verdict.Unavailable(Id, Title, evidence, limit)
            : Verdict.Looked(Id, Title, met: Status != HealthStatus.Red, evidence).Showing(Figure, Unit, limit)
                .Qualified([.. Findings.Select(Words)]);
    }

    private static string Words(HealthFinding finding) =>
        $"{finding.Subject}: {finding.Detail}{(finding.Remedy is { } remedy ? $" Fix: {remedy}" : "")}";
}

/// <summary>All checks of one look at a database.</summary>
public sealed record HealthReport(DateTimeOffset TakenUtc, IReadOnlyList<HealthResult> Checks)
{
    /// <summary>The worst status; unknown only when no check is known.</summary>
    public HealthStatus Overall =>
        Checks.Any(c => c.Status == HealthStatus.Red) ? HealthStatus.Red
        : Checks.Any(c => c.Status == HealthStatus.Yellow) ? HealthStatus.Yellow
        : Checks.Any(c => c.Status == HealthStatus.Green) ? HealthStatus.Green
        : HealthStatus.Unknown;

    public IReadOnlyList<Verdict> ToVerdicts() => [.. Checks.Select(c => c.ToVerdict())];
}
