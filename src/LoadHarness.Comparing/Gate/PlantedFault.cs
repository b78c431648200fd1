using System.Diagnostics;
using LoadHarness.Load;

namespace LoadHarness.Comparing;

/// <summary>A change for the worse that the gate is given on purpose, to measure how often it finds one.</summary>
/// <param name="Arm">The arm B, as <c>--b</c> takes it.</param>
/// <param name="Slowdown">Each operation takes so much of its own time on top: 0.1 for 10%.</param>
/// <param name="Cause">What the first cause that is named must hold; null where only the operation can be named.</param>
public sealed record PlantedFault(string Name, string Arm, string? Cause, double Slowdown = 0, bool HoldsLock = false)
{
    // Those of an index's expressions stand under the index.
    private const string LostStatistics =
        """
        delete from pg_statistic
        where starelid = 'leads'::regclass or starelid in (select indexrelid from pg_index where indrelid = 'leads'::regclass)
        """;

    // What the planner knew before the largest workspace had leads. Counts of rows and pages are of today: the planner asks for them.
    private const string StatisticsFromBeforeAnImport =
        """
        create temporary table before_import as
            select * from leads where workspace_id <> (select workspace_id from leads group by 1 order by count(*) desc limit 1);
        analyze before_import;
        delete from pg_statistic where starelid = 'leads'::regclass;
        update pg_statistic set starelid = 'leads'::regclass where starelid = 'before_import'::regclass;
        drop table before_import;
        """;

    /// <summary>
    /// Percent of comparisons that must find it. A change near the least that slots can tell from chance may be missed one time in ten.
    /// </summary>
    public double LeastFound { get; init; } = 100;

    /// <summary>A statement that plants the fault on B's copy; null for none.</summary>
    public string? Sql { get; init; }

    /// <summary>Whether counters and plans cannot see it, so that times have to.</summary>
    public bool NeedsTimes => Slowdown > 0 || HoldsLock;

    /// <summary>The operation that has to be named as worse; null where every operation may be.</summary>
    public string? Operation { get; init; }

    /// <summary>Those of the self-test.</summary>
    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new("every operation 20% slower", "optimized", null, Slowdown: 0.2),
        new("every operation 10% slower", "optimized", null, Slowdown: 0.1) { LeastFound = 90 },
        new("a lock on leads held for 100 ms of each half second", "optimized", "waited for a lock", HoldsLock: true),
        WithoutIndex("leads_workspace_tags_idx", "segmentation/count"),
        WithoutIndex("leads_workspace_created_idx", "lead-queries/recent_leads"),
        WithoutIndex("leads_pkey", "lead-queries/lead_with_activities"),
        WithoutIndex("leads_workspace_status_email_idx", "lead-queries/status_page"),
        WithoutIndex("leads_workspace_custom_fields_idx", "segmentation/count"),
        WithoutIndex("leads_workspace_search_idx", "lead-search/by_term"),
        WithoutIndex("leads_email_hash_idx", "lead-queries/email_lookup"),
        WithoutIndex("lead_activities_workspace_lead_type_created_idx", "lead-queries/lead_with_activities"),
        // Either serves the pages of active leads while the other is there.
        WithoutIndex("leads_active_created_idx", "lead-search/first_page", "leads_workspace_created_idx"),
        new("statistics of leads lost", "optimized", "statistics") { Sql = LostStatistics },
        new("statistics of leads from before an import", "optimized", "statistics") { Sql = StatisticsFromBeforeAnImport },
        new("work_mem 64 kB", "optimized,work_mem=64kB", "work_mem"),
        new("enable_indexscan off", "optimized,enable_indexscan=off", "enable_indexscan"),
    ];

    /// <summary>Whether the comparison found it, with the operation that it makes worse.</summary>
    public bool IsFoundBy(IReadOnlyList<string> worseOperations) =>
        worseOperations.Count > 0 && (Operation is null || worseOperations.Contains(Operation));

    /// <summary>Whether the first cause is this one. Where only the operation can be named, any will do.</summary>
    public bool IsNamedBy(IReadOnlyList<string> causes) =>
        causes.Count > 0 && (Cause is null || causes[0].Contains(Cause, StringComparison.Ordinal));

    /// <summary>The same scenario, slower by the planted share of each call's own time.</summary>
    internal ScenarioProps Slowed(ScenarioProps scenario) => Slowdown == 0
        ? scenario
        : scenario with
        {
            Operations = [.. scenario.Operations.Select(operation => operation with { Run = context => SlowedAsync(operation, context) })],
        };

    /// <param name="substitute">An index that would serve the operation as well, dropped with it; null for none.</param>
    private static PlantedFault WithoutIndex(string index, string operation, string? substitute = null) => substitute is null
        ? new($"index {index} dropped", $"optimized,without={index}", index) { Operation = operation }
        : new($"indexes {index} and {substitute} dropped", $"optimized,without={index},without={substitute}", index)
        {
            Operation = operation,
        };

    private async Task<IResponse> SlowedAsync(Operation operation, IScenarioContext context)
    {
        var started = Stopwatch.GetTimestamp();
        var response = await operation.Run(context);
        var owed = Stopwatch.GetElapsedTime(started) * Slowdown;
        started = Stopwatch.GetTimestamp();
        // Timers are too coarse for a tenth of a millisecond.
        if (owed > TimeSpan.FromMilliseconds(5)) await context.Delay(owed);
        else
            while (Stopwatch.GetElapsedTime(started) < owed) Thread.SpinWait(20);
        return response;
    }
}
