namespace LoadHarness.Workloads.Parameters;

/// <summary>A parameter as a statement names it: <c>order_id</c>, or <c>customer.id</c> for a column.</summary>
internal static class ParameterName
{
    /// <returns>The column is empty where none is named.</returns>
    public static (string Name, string Column) Split(string parameter) =>
        parameter.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? (parameter[..dot], parameter[(dot + 1)..]) : (parameter, "");
}
