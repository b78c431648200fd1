using System.Text.RegularExpressions;

namespace LoadHarness.Postgres.Observation.Plans;

/// <summary>A node of a plan as EXPLAIN prints it for people.</summary>
/// <param name="Relation">Table or materialized view; null for nodes that read none.</param>
/// <param name="Ran">Whether it was executed.</param>
internal sealed partial record PlanNode(int Depth, string Kind, string? Relation, string? Index, bool Ran)
{
    private const string Cost = "  (cost=";

    private static readonly string[] WithoutRelation =
        ["Function Scan", "CTE Scan", "Subquery Scan", "Values Scan", "WorkTable Scan", "Named Tuplestore Scan", "Table Function Scan"];

    public bool IsSequentialScan => Kind.EndsWith("Seq Scan", StringComparison.Ordinal);

    public static IReadOnlyList<PlanNode> Of(string plan) => [.. plan.Split('\n').Select(OfLine).OfType<PlanNode>()];

    private static PlanNode? OfLine(string line)
    {
        var cost = line.IndexOf(Cost, StringComparison.Ordinal);
        if (cost < 0 || Head().Match(line[..cost]) is not { Success: true } head) return null;
        var kind = head.Groups["kind"].Value;
        var (index, name) = (Name(head.Groups["index"]), Name(head.Groups["name"]));
        if (kind.EndsWith("Bitmap Index Scan", StringComparison.Ordinal)) (index, name) = (name, null);
        if (WithoutRelation.Any(without => kind.EndsWith(without, StringComparison.Ordinal))) name = null;
        return new(head.Groups["indent"].Length, kind, name, index, !line.Contains("(never executed)", StringComparison.Ordinal));
    }

    private static string? Name(Group group) => group.Success ? group.Value.Trim('"')
        .Replace("\"\"", "\"", StringComparison.Ordinal) : null;

    // The kind is words; what follows "using" and "on" are names, and behind the relation may stand its alias.
    [GeneratedRegex(
        """^(?<indent>\s*)(?:->\s+)?(?<kind>[A-Z][A-Za-z]*(?: (?!using |on )[A-Za-z]+)*)"""
            + """(?: using (?<index>"(?:[^"]|"")*"|\S+))?(?: on (?<name>"(?:[^"]|"")*"|\S+))?(?: .+)?$""")]
    private static partial Regex Head();
}
