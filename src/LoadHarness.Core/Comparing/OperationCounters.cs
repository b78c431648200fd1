namespace LoadHarness.Core.Comparing;

/// <summary>What one operation costs the server a call, by counters that do not depend on the machine.</summary>
/// <param name="Name"><c>scenario/operation</c>.</param>
/// <param name="Calls">How many calls the figures are the mean of.</param>
/// <param name="Counters">Figures a call, by name: <see cref="CounterNames"/>.</param>
/// <param name="Statements">The statements that the operation ran, nested ones too, dearest first.</param>
public sealed record OperationCounters(
    string Name, long Calls, IReadOnlyDictionary<string, double> Counters, IReadOnlyList<StatementCost> Statements)
{
    /// <summary>Things done by one call, such as rows imported or recipients sent to; null where a call is the thing.</summary>
    public double? Items { get; init; }
}

/// <param name="Nested">Run inside a function.</param>
/// <param name="CallsPerOperation">Executions for one call of the operation.</param>
/// <param name="Blocks">Shared blocks touched a call of the operation.</param>
public sealed record StatementCost(string Statement, bool Nested, double CallsPerOperation, double Blocks, double Rows);

public static class CounterNames
{
    /// <summary>Shared blocks hit or read.</summary>
    public const string Blocks = "blocks";

    public const string Rows = "rows";

    /// <summary>Temporary blocks read or written.</summary>
    public const string TemporaryBlocks = "temporary blocks";

    public const string WalRecords = "WAL records";

    /// <summary>Without the full-page images, whose number depends on when the last checkpoint was.</summary>
    public const string WalBytes = "WAL bytes";

    public static IReadOnlyList<string> All { get; } = [Blocks, Rows, TemporaryBlocks, WalRecords, WalBytes];
}
