using LoadHarness.Core.Statistics;

namespace LoadHarness.Postgres.Observation.Plans;

/// <summary>What a plan does without its figures: by which nodes, on which relations, by which indexes.</summary>
/// <param name="relations">Partitions and their indexes by the parent's name, since partitions come and go with the months.</param>
internal sealed class PlanShape(RelationNames relations)
{
    public string Of(string plan) =>
        string.Join(';', PlanNode.Of(plan)
            .Select(node => $"{node.Kind}:{relations.ParentOf(node.Relation)}:{relations.ParentOf(node.Index)}").Distinct());

    /// <param name="top">Plan of the statement.</param>
    /// <param name="inner">
    /// Shapes of what its functions ran. How often and in which order may change with the data, the shapes may not.
    /// </param>
    public string Fingerprint(string top, IEnumerable<string> inner)
    {
        var whole = string.Join('\n', [Of(top), .. inner.Distinct().Order(StringComparer.Ordinal)]);
        return TextHash.Of(whole, digits: 12);
    }

    public IReadOnlyList<string> SequentialScans(IEnumerable<string> plans) => Named(plans
        .SelectMany(PlanNode.Of)
        .Where(node => node is { IsSequentialScan: true, Ran: true, Relation: not null } && !relations.IsEmpty(node.Relation))
        .Select(node => node.Relation));

    public bool Reads(string plan) => PlanNode.Of(plan).Any(node => relations.Knows(node.Relation));

    public IReadOnlyList<string> Indexes(IEnumerable<string> plans) =>
        Named(plans.SelectMany(PlanNode.Of).Where(node => node.Ran).Select(node => node.Index));

    private List<string> Named(IEnumerable<string?> names) =>
        [.. names.Where(relations.Knows).Select(relations.ParentOf).Distinct().Order(StringComparer.Ordinal)];
}
