namespace LoadHarness.Core.Measurement;

/// <summary>
/// The rows of a database that was seeded earlier, counted before its load: with what scenarios and people did to them since.
/// </summary>
/// <param name="LeadsOfLargest">Leads of the largest workspace, those of other programs included.</param>
public sealed record FoundRows(long LeadsOfLargest, IReadOnlyList<FoundTable> Tables)
{
    private const string Remedy = "Give --force to delete its rows and seed it again.";

    /// <returns>A sentence on the tables that lack seeded rows: figures are of other data then. Null when none does.</returns>
    public string? Fewer() => Tables.Where(table => table.Left < table.Seeded).ToList() is { Count: > 0 } fewer
        ? "The database does not hold the rows that its checksum is of: "
            + $"{string.Join(", ", fewer.Select(table => $"{table.Left:N0} rows of {table.Table} instead of {table.Seeded:N0}"))}. {Remedy}"
        : null;

    /// <returns>A sentence on the tables that hold rows besides the seeded ones; null when none does.</returns>
    public string? More() => Added() is { } more
        ? $"The database holds rows besides those that its checksum is of: {more}. {Remedy}"
        : null;

    /// <returns>The rows besides the seeded ones, as <c>500,000 of leads, 3 of email_sends</c>; null when there are none.</returns>
    public string? Added() => Tables.Where(table => table.Added > 0).ToList() is { Count: > 0 } more
        ? string.Join(", ", more.Select(table => $"{table.Added:N0} of {table.Table}"))
        : null;
}

/// <param name="Seeded">Rows that the seeding made.</param>
/// <param name="Left">Of those, the ones that are there still.</param>
/// <param name="Added">Rows that are there besides.</param>
public sealed record FoundTable(string Table, long Seeded, long Left, long Added);
