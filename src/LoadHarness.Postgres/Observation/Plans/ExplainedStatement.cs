namespace LoadHarness.Postgres.Observation.Plans;

/// <summary>A statement whose plan is wanted, or one that only prepares the next ones.</summary>
/// <param name="Role">lh_app or lh_worker.</param>
/// <param name="Arguments">Behind the workspace; from the first columns that the statements before it returned, by their names.</param>
/// <param name="Operations">That send it, as "scenario/operation"; empty for a statement that only prepares.</param>
public sealed record ExplainedStatement(
    string Name, string Role, string Sql, Func<IReadOnlyDictionary<string, IReadOnlyList<object>>, IReadOnlyList<object?>> Arguments,
        IReadOnlyList<string> Operations)
{
    public static ExplainedStatement Read(
        string name, string sql, IReadOnlyList<object?> arguments, params IReadOnlyList<string> operations) =>
        new(name, "lh_app", sql, _ => arguments, operations);
}
