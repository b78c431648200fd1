namespace LoadHarness.Workloads.Sql;

/// <summary>A comment that says something to the harness: <c>-- name: order_by_id</c>.</summary>
internal readonly record struct Mark(string Word, string Value)
{
    public const string Name = "name";
    public const string Transaction = "transaction";
    public const string Result = "result";
    public const string Parameters = "parameters";
    public const string Tenant = "tenant";

    /// <returns>Null for a comment that is for people.</returns>
    public static Mark? Read(ReadOnlySpan<char> comment)
    {
        var rest = comment["--".Length..].Trim();
        foreach (var word in (ReadOnlySpan<string>)[Name, Transaction, Result, Parameters, Tenant])
        {
            if (!rest.StartsWith(word, StringComparison.Ordinal)) continue;
            var behind = rest[word.Length..].TrimStart();
            if (behind.StartsWith(":", StringComparison.Ordinal)) return new(word, behind[1..].Trim().ToString());
            // A transaction needs no more words.
            if (behind.IsEmpty && word == Transaction) return new(word, "");
        }

        return null;
    }
}
