using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Page;

/// <summary>
/// The way from a target to its cause and back: which operation, waits, statements, plans and settings belong together, and their places on
/// the page.
/// </summary>
internal sealed class Trail(RunResult run, Companions others)
{
    /// <summary>Statements with a place of their own on the page; the others are in run.json.</summary>
    private const int MostStatements = 120;

    /// <summary>What decides how a statement is planned and how much of it fits into memory.</summary>
    private static readonly string[] ReadSettings =
        ["work_mem", "shared_buffers", "effective_cache_size", "random_page_cost", "effective_io_concurrency",
            "max_parallel_workers_per_gather", "jit", "default_statistics_target"];

    /// <summary>What decides how much a write costs.</summary>
    private static readonly string[] WriteSettings =
        ["synchronous_commit", "max_wal_size", "checkpoint_timeout", "wal_buffers", "wal_compression", "full_page_writes",
            "maintenance_work_mem", "autovacuum"];

    public IReadOnlyList<StatementStatistics> Statements { get; } =
        [.. (run.Observation?.Statements ?? []).OrderByDescending(statement => statement.TotalTime).Take(MostStatements)];

    /// <summary>The run that proved the claim, this one or another on the page; null where none did.</summary>
    public RunResult? ProvedIn(Verdict target) => others.With(run, record => record.Proof) is { } record
        && record.Proof!.Claims.Any(claim => claim.Verdict.Id == target.Id) ? record : null;

    public IReadOnlyList<QueryPlan> Plans { get; } = run.Observation?.Plans ?? [];

    /// <summary>Apart from the chapters, whose ids a target may have as well.</summary>
    public static string Place(Verdict target) => $"target-{Slug.Of(target.Id)}";

    public static string OperationPlace(int scenario, int operation) => $"operation-{scenario}-{operation}";

    public static string SettingPlace(string name) => $"setting-{Slug.Of(name)}";

    /// <summary>The scenario that a target was measured in, and the operation where it is of one.</summary>
    public (ScenarioResult? Scenario, OperationResult? Operation) SourceOf(Verdict target)
    {
        if (target.Source is not { } source) return (null, null);
        if (run.Scenarios.FirstOrDefault(scenario => scenario.Name == source) is { } whole) return (whole, null);
        foreach (var scenario in run.Scenarios)
        {
            if (scenario.Operations.FirstOrDefault(operation => OperationPath.Of(scenario, operation) == source) is { } found)
                return (scenario, found);
        }
        return (null, null);
    }

    public int IndexOf(ScenarioResult scenario) => run.Scenarios.TakeWhile(other => !ReferenceEquals(other, scenario)).Count();

    public IEnumerable<Verdict> TargetsOf(ScenarioResult scenario, OperationResult? operation = null) => run.Verdicts.Where(target =>
        operation is null
            ? OperationPath.IsWithin(target.Source, scenario.Name)
            : target.Source == scenario.Name || target.Source == OperationPath.Of(scenario, operation));

    /// <summary>The strictest limit in milliseconds that an operation of the scenario is judged by; null where none is.</summary>
    public TimeSpan? LimitOf(ScenarioResult scenario)
    {
        var limits = TargetsOf(scenario).Where(target => target.Limit > 0 && TimeUnit.Is(target.Unit))
            .Select(target => TimeUnit.ToMilliseconds(target.Limit!.Value, target.Unit)).ToList();
        return limits.Count == 0 || limits.Min() > 1e9 ? null : TimeSpan.FromMilliseconds(limits.Min());
    }

    public IReadOnlyList<int> StatementsOf(ScenarioResult scenario) =>
        [.. Enumerable.Range(0, Statements.Count).Where(index => IsOf(Statements[index].Scenario, scenario))];

    /// <summary>Those that are known to be of the operation; older runs do not say.</summary>
    public IReadOnlyList<int> StatementsOf(ScenarioResult scenario, OperationResult operation) =>
        [.. StatementsOf(scenario).Where(index => Statements[index].Operations.Contains(OperationPath.Of(scenario, operation)))];

    public IReadOnlyList<int> PlansOf(ScenarioResult scenario, OperationResult? operation) =>
        [.. Enumerable.Range(0, Plans.Count)
            .Where(index => operation is null
            ? scenario.Operations.Any(each => IsOf(Plans[index], scenario, each))
            : IsOf(Plans[index], scenario, operation))];

    public IEnumerable<(ScenarioResult Scenario, OperationResult Operation)> OperationsOf(QueryPlan plan) =>
        from scenario in run.Scenarios
        from operation in scenario.Operations
        where IsOf(plan, scenario, operation)
        select (
            scenario, operation);

    public IReadOnlyList<WaitEventShare> WaitsOf(ScenarioResult scenario) =>
        [.. (run.Observation?.WaitEvents ?? []).Where(wait => IsOf(wait.Scenario, scenario)).OrderByDescending(wait => wait.Share)];

    public WatchedScenario? WatchOf(ScenarioResult scenario) =>
        run.Observation?.Watched.FirstOrDefault(watched => IsOf(watched.Scenario, scenario));

    /// <summary>Of the settings on record, those that bear on statements that read, and on those that write where any does.</summary>
    public IEnumerable<string> SettingsOf(ScenarioResult scenario)
    {
        var writes = StatementsOf(scenario).Any(index => Statements[index].WalBytes > 1 << 20);
        return (writes ? ReadSettings.Concat(WriteSettings) : ReadSettings).Where(name => run.Server?.Settings.ContainsKey(name) == true);
    }

    public string SettingOf(string name) => run.Server?.Settings.GetValueOrDefault(name) ?? "–";

    /// <summary>What a mix sends together is booked on its scenarios' names, joined.</summary>
    private static bool IsOf(string recorded, ScenarioResult scenario) => recorded == scenario.Name || recorded.Split(" + ")
        .Contains(scenario.Name);

    // Older runs name a plan "segment_count" and its operation "segmentation/count".
    private static bool IsOf(QueryPlan plan, ScenarioResult scenario, OperationResult operation)
    {
        if (plan.Operations.Count > 0) return plan.Operations.Contains(OperationPath.Of(scenario, operation));
        if (plan.Query == operation.Name) return true;
        return plan.Query.EndsWith("_" + operation.Name, StringComparison.Ordinal)
            && scenario.Name.Contains(plan.Query[..^(operation.Name.Length + 1)], StringComparison.Ordinal);
    }
}
