using System.Collections;
using Npgsql;

namespace LoadHarness.Comparing.Proving;

/// <summary>
/// Compares what reads return, row by row and column by column, in their order. A quick answer that is another one is no gain.
/// </summary>
internal sealed class ReadResults(ProofArm optimized, ProofArm careful, ProofPlan plan, ulong seed)
{
    private const int FewestCalls = 2;

    /// <summary>Each call is sent twice: once to learn its arguments, once to read its rows.</summary>
    private const int Sendings = 2;

    /// <summary>Where a page ends is an arm's own word for it.</summary>
    private const string Cursor = "cursor";

    /// <summary>By operation, a request as the optimized arm and as C sent it: the first of those compared.</summary>
    public Dictionary<string, (Sent Optimized, Sent Careful)> Requests { get; } = [];

    /// <summary>The fewest calls of an operation whose rows were compared; 0 before any was.</summary>
    public int Fewest { get; private set; }

    /// <returns>What differs; null when nothing does.</returns>
    public async Task<string?> DifferenceAsync(string operation, CancellationToken cancellationToken)
    {
        // Once without listening: it shows how long a call takes.
        var first = await optimized.CallAsync(operation, 1, seed, cancellationToken);
        var second = await careful.CallAsync(operation, 1, seed, cancellationToken);
        if ((first.Fault ?? second.Fault) is { } failed) return failed;
        var calls = CallsOf(first.Milliseconds + second.Milliseconds);
        // At once on both arms from here on: nothing is timed.
        var sent = await Task.WhenAll(
            SentAsync(optimized, operation, calls, cancellationToken), SentAsync(careful, operation, calls, cancellationToken));
        if ((sent[0].Fault ?? sent[1].Fault) is { } fault) return fault;
        var (mine, theirs) = (sent[0].Sent, sent[1].Sent);
        if (mine.Count == 0 || mine.Count != theirs.Count)
            return $"{mine.Count} statements on {optimized.Name}, {theirs.Count} on {careful.Name}";
        Requests[operation] = (mine[0], theirs[0]);
        Fewest = Fewest == 0 ? mine.Count : Math.Min(Fewest, mine.Count);
        for (var call = 0; call < mine.Count; call++)
        {
            var rows = await Task.WhenAll(
                RowsAsync(optimized, mine[call], cancellationToken), RowsAsync(careful, theirs[call], cancellationToken));
            if (Difference(rows[0], rows[1]) is { } difference) return $"call {call + 1}, {difference}";
        }

        return null;
    }

    private int CallsOf(double milliseconds) =>
        (int)Math.Clamp(plan.Comparing.TotalMilliseconds / (Sendings * Math.Max(0.1, milliseconds)), FewestCalls, plan.Compared);

    private async Task<(IReadOnlyList<Sent> Sent, string? Fault)> SentAsync(
        ProofArm arm, string operation, int calls, CancellationToken cancellationToken)
    {
        var sent = new List<Sent>();
        arm.Bench.Sends = (_, query, arguments) => sent.Add(new(query, arguments));
        try
        {
            var turn = await arm.CallAsync(operation, calls, seed, cancellationToken);
            return (sent, turn.Fault);
        }
        finally
        {
            arm.Bench.Sends = null;
        }
    }

    private static async Task<IReadOnlyList<string>> RowsAsync(ProofArm arm, Sent sent, CancellationToken cancellationToken)
    {
        var app = arm.Bench.For("results").App;
        await using var connection = await app.ConnectAsync(cancellationToken);
        await using var reader = await app.QueryAsync(connection, arm.Bench.Queries[sent.Query], sent.Arguments, cancellationToken);
        var rows = new List<string>();
        while (await reader.ReadAsync(cancellationToken)) rows.Add(Row(reader));
        return rows;
    }

    private static string Row(NpgsqlDataReader reader) => string.Join(" | ", Enumerable.Range(0, reader.FieldCount)
        .Where(column => reader.GetName(column) != Cursor)
        .Select(column => Text(reader.GetValue(column))));

    private static string Text(object value) => value switch
    {
        string text => text,
        DateTime time => time.ToString("O"),
        IEnumerable list => $"{{{string.Join(",", list.Cast<object>())}}}",
        _ => Convert.ToString(value) ?? "",
    };

    private string? Difference(IReadOnlyList<string> left, IReadOnlyList<string> right)
    {
        if (left.Count != right.Count) return $"{left.Count} rows on {optimized.Name}, {right.Count} on {careful.Name}";
        var row = left.Zip(right).Index().FirstOrDefault(pair => pair.Item.First != pair.Item.Second, (-1, default));
        return row.Index < 0 ? null : $"row {row.Index + 1} is another one on {careful.Name} than on {optimized.Name}";
    }
}

/// <param name="Query">Name of the statement.</param>
internal sealed record Sent(string Query, IReadOnlyList<object?> Arguments);
