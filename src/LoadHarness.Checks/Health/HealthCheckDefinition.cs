using LoadHarness.Core.Verdicts;

namespace LoadHarness.Checks.Health;

/// <summary>One check as a query. Its rows are status (green, yellow, red, unknown), subject, detail, remedy and figure.</summary>
/// <param name="Warn">Passed as <c>:warn</c>: from here a row is yellow.</param>
/// <param name="Limit">Passed as <c>:red</c>: from here a row is red.</param>
/// <param name="Requires">A relation or routine (with its arguments) without which the check is unknown.</param>
/// <param name="Remedy">How to get what is required.</param>
internal sealed record HealthCheckDefinition(
    string Id, string Title, string Unit, double Warn, double Limit, LimitDirection Direction, string Sql,
    string? Requires = null, string? Remedy = null)
{
    /// <summary>Passed as <c>:settled</c>, in seconds: statistics younger than this have not seen the day's queries.</summary>
    public TimeSpan Settled { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long its answer is waited for, in whole seconds: health must not add to the trouble it looks for.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether each worker of a cluster is asked the same: the coordinator knows its own tables and sessions alone.</summary>
    public bool AsksWorkers { get; init; }

    /// <summary>The role whose rights a login needs to ask it, when the server refuses it; null where no one role would do.</summary>
    public string? Grant { get; init; }

    public const string NeedsMigration = "Run the migrate verb on this database.";
}
