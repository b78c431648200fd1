using LoadHarness.Core.Verdicts;

namespace LoadHarness.Checks.Health;

/// <summary>Every check: those of <c>sql/health</c>, the main figures first, and what the migrator asks of schemas too.</summary>
internal static class HealthCatalog
{
    // psql's variables of the same names, so that the files run there as well.
    private static readonly Dictionary<string, string> Parameters = new()
    {
        ["warn"] = "$1::double precision",
        ["red"] = "$2::double precision",
        ["settled"] = "$3::double precision",
    };

    /// <summary>A check with its limits written into it, for a worker, which takes no parameters.</summary>
    public static string WithLimits(HealthCheckDefinition question) => question.Sql
        .Replace(Parameters["warn"], Literal(question.Warn), StringComparison.Ordinal)
        .Replace(Parameters["red"], Literal(question.Limit), StringComparison.Ordinal)
        .Replace(Parameters["settled"], Literal(question.Settled.TotalSeconds), StringComparison.Ordinal);

    public static IReadOnlyList<HealthCheckDefinition> All { get; } =
    [
        .. Read(SqlFile.Shipped("health"))
            .OrderBy(check => check.Id.StartsWith("KM-", StringComparison.Ordinal) ? check.Id : "~", StringComparer.Ordinal),
        TrustedSchemaCheck.Definition,
    ];

    // What the coordinator's own tables and indexes, which are empty, cannot tell.
    private static readonly Dictionary<string, HealthCheckDefinition> ByWorkers =
        Read(SqlFile.Shipped("health", "cluster")).ToDictionary(check => check.Id);

    /// <summary>The same checks, as they are asked on a coordinator with workers.</summary>
    public static IReadOnlyList<HealthCheckDefinition> OnCluster { get; } =
        [.. All.Select(check => ByWorkers.GetValueOrDefault(check.Id, check))];

    public static HealthCheckDefinition Of(string id) => All.Single(check => check.Id == id);

    // What has no title is no check: others add its rows to theirs, and psql shows them once.
    private static IEnumerable<HealthCheckDefinition> Read(string folder)
    {
        var entries = SqlFile.ReadFolder("id", folder);
        return entries.Where(entry => entry.Headers.ContainsKey("title")).Select(entry => From(entry, StatementOf(entry, entries)));
    }

    private static string StatementOf(SqlEntry entry, IReadOnlyList<SqlEntry> entries)
    {
        if (!entry.Headers.TryGetValue("also", out var also)) return entry.Statements[0];
        var added = entries.Single(other => other.Name == also).Statements[0];
        return $"({entry.Statements[0]}\n) union all ({added}\n) order by figure desc nulls last";
    }

    private static HealthCheckDefinition From(SqlEntry entry, string statement) => new(
        entry.Name, entry.Headers["title"], entry.Headers["unit"], Number(entry, "warn"), Number(entry, "red"),
        entry.Headers["direction"] == "at most" ? LimitDirection.AtMost : LimitDirection.AtLeast,
        SqlFile.Fill(statement, Parameters), entry.Headers.GetValueOrDefault("requires"),
        entry.Headers.GetValueOrDefault("remedy"))
    {
        AsksWorkers = entry.Headers.ContainsKey("workers"),
        Grant = entry.Headers.GetValueOrDefault("grant"),
    };

    private static string Literal(double value) => $"'{value:R}'::double precision";

    private static double Number(SqlEntry entry, string header) => double.Parse(entry.Headers[header]);
}
