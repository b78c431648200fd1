using LoadHarness.Core.Proving;

namespace LoadHarness.Comparing.Proving;

/// <summary>
/// Where a first search begins: near what the machine could do by the times of single calls, so that few levels are tried. It changes no
/// figure: a search goes up and down from wherever it begins.
/// </summary>
internal static class SearchStart
{
    /// <summary>What requests at once cost each other, and the load generator takes: it was found at half to once the whole.</summary>
    private const double Share = 0.7;

    /// <param name="milliseconds">Of a call of an operation; null where that is not known.</param>
    /// <param name="rows">Of the import that was timed.</param>
    /// <param name="cores">Of the machine.</param>
    public static double Of(ClaimContract contract, Func<string, double?> milliseconds, int rows, int cores)
    {
        var search = contract.Search!;
        var guess = search.Load == SearchedLoad.ImportedRows
            ? RowsASecond(contract, milliseconds, rows)
            : RequestsASecond(contract, milliseconds, cores);
        if (guess is not { } known) return search.First;
        var near = Math.Clamp(Share * known, search.Least, search.Most);
        return search.Load == SearchedLoad.Users ? Math.Ceiling(near) : near;
    }

    private static double? RowsASecond(ClaimContract contract, Func<string, double?> milliseconds, int rows) =>
        milliseconds(contract.OperationNames.First(ProofOperations.Writes.Contains)) is { } took and > 0 ? 1_000 * rows / took : null;

    // Users mean to send one request a second each.
    private static double? RequestsASecond(ClaimContract contract, Func<string, double?> milliseconds, int cores)
    {
        if (contract.OperationNames.Any(name => milliseconds(name) is null)) return null;
        var mean = contract.Operations.Sum(operation => operation.Weight * milliseconds(operation.Name)!.Value)
            / contract.Operations.Sum(operation => operation.Weight);
        return mean > 0 ? 1_000 * cores / mean : null;
    }
}
