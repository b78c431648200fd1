using System.Text.RegularExpressions;

namespace LoadHarness.Core.Comparing;

/// <summary>
/// The nodes of a plan as EXPLAIN prints it, without figures and aliases: two plans are the same when they have the same. Statements that
/// differ in an alias alone are one shape of a plan, of which the slowest is shown: which one that is, is chance.
/// </summary>
public static partial class PlanNodes
{
    /// <param name="text">One plan or several, one below the other.</param>
    /// <returns>Such as <c>Index Scan using leads_pkey on leads</c>, each once; partitions count once, under the parent's name.</returns>
    public static IReadOnlyList<string> Of(string text) =>
    [
        .. text.Split('\n')
            .Select(line => NodeLine().Match(line))
            .Where(match => match.Success)
            .Select(match => Alias().Replace(WithoutPartition(match.Groups["node"].Value), ""))
            .Distinct(),
    ];

    /// <summary>The name of an index of a partition, or a node with one, as a node shows it.</summary>
    public static string WithoutPartition(string name) => Partition().Replace(name, "");

    public static PlanChange? Compare(string operation, string a, string b)
    {
        var (before, after) = (Of(a), Of(b));
        var (lost, added) = (before.Except(after).ToList(), after.Except(before).ToList());
        var partitions = new PartitionsScanned(Partitions(a), Partitions(b));
        return lost.Count + added.Count == 0 && partitions.A == partitions.B
            ? null
            : new(operation, lost, added) { Partitions = partitions.A == partitions.B ? null : partitions };
    }

    /// <summary>How many partitions the plan's nodes read, each counted once.</summary>
    public static int Partitions(string text) => ScanLine().Matches(text)
        .Where(scan => !scan.Groups["end"].Value.Contains("never executed", StringComparison.Ordinal))
        .Select(scan => scan.Groups["table"].Value)
        .Where(table => WithoutPartition(table) != table)
        .Distinct()
        .Count();

    [GeneratedRegex(@"(?<= on \S+) \S+$")]
    private static partial Regex Alias();

    [GeneratedRegex(@"^\s*(->\s+)?(?<node>[A-Z][^(]*[^\s(])\s+\((cost|actual|never)")]
    private static partial Regex NodeLine();

    // A bitmap index scan names an index, and stands below the scan that names the table.
    [GeneratedRegex(
        @"^\s*(->\s+)?(?!Bitmap Index)[A-Z][^(\n]*Scan( Backward)?( using \S+)? on (?<table>\S+)(?<end>.*)$", RegexOptions.Multiline)]
    private static partial Regex ScanLine();

    // Of pg_partman 4.7 and 5, of the default partition, and the number that the planner puts behind an alias.
    [GeneratedRegex(@"(_p\d{4}_\d{2}|_p\d{8}|_default)(?=_|\b)|_\d+\b")]
    private static partial Regex Partition();
}
