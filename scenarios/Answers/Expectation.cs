using System.Data.Common;

namespace LoadHarness.Scenarios.Answers;

/// <summary>What a read should return, as the seed says: an answer that is quick and wrong is no success.</summary>
/// <param name="AtLeast">Rows.</param>
/// <param name="RowFits">Whether a row is one that was asked for; null to look at none.</param>
public sealed record Expectation(long AtLeast, long AtMost, Func<DbDataReader, bool>? RowFits = null)
{
    /// <summary>Rows that the lists and searches under test ask for.</summary>
    public const int PageSize = 50;

    /// <summary>A page of what so many leads meet; full when there are enough.</summary>
    public static Expectation PageOf(long leads, Func<DbDataReader, bool>? rowFits = null) =>
        new(Math.Min(PageSize, leads), PageSize, rowFits);

    /// <summary>One row with a number between the two.</summary>
    public static Expectation CountBetween(double lowest, double highest) =>
        new(1, 1, row => row.GetInt64(0) is var count && count >= lowest && count <= highest);

    /// <summary>Reads the answer to its end.</summary>
    /// <param name="query">Of sql/queries, for the reason.</param>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public async Task<string?> FaultOfAsync(DbDataReader answer, string query, CancellationToken cancellationToken)
    {
        long rows = 0;
        var fits = true;
        while (await answer.ReadAsync(cancellationToken))
        {
            rows++;
            if (fits && RowFits is { } wanted) fits = wanted(answer);
        }

        return Reason(rows, fits) is { } reason ? $"wrong answer: {query} {reason}" : null;
    }

    private string? Reason(long rows, bool fits) =>
        rows == 0 && AtLeast > 0 ? "found no lead"
        : rows < AtLeast ? "returned a page that is not full"
        : rows > AtMost ? "returned more rows than were asked for"
        : !fits ? AtMost == 1 ? "returned another lead, or an implausible count" : "returned a lead that was not asked for"
        : null;
}
