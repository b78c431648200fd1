using LoadHarness.Core.Verdicts;

namespace LoadHarness.Postgres.Verification;

/// <summary>FI-1: the SQL that travels beside the program.</summary>
internal static class DeliveredFiles
{
    public static IEnumerable<KeyValuePair<string, Answer>> Look()
    {
        var root = Path.Combine(AppContext.BaseDirectory, "sql");
        string[] wanted = ["schema.sql", "functions", Path.Combine("migrations", "009_database_optimization_2mm_contacts"), "IMPLEMENTATION_GUIDE.md"];
        var lacking = wanted.Where(name => !Path.Exists(Path.Combine(root, name))).ToList();
        // The summary of the optimization, with what was measured, is a chapter of the guide.
        if (lacking.Count == 0 && !File.ReadLines(Path.Combine(root, "IMPLEMENTATION_GUIDE.md")).Contains("## Measured"))
            lacking.Add("the chapter \"Measured\" of IMPLEMENTATION_GUIDE.md");
        var answer = lacking.Count == 0
            ? new Answer(VerdictKind.Met, "base schema, functions, migration 009 and the guide with the measured summary are beside the program; this list is the checklist with evidence", wanted.Length, wanted.Length, "files")
            : new Answer(VerdictKind.Missed, $"missing below sql: {string.Join(", ", lacking)}", wanted.Length - lacking.Count, wanted.Length, "files");
        return [new("FI-1", answer)];
    }
}
