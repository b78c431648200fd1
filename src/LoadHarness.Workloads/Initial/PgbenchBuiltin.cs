namespace LoadHarness.Workloads.Initial;

/// <summary>The scripts that pgbench has within it, word for word.</summary>
internal static class PgbenchBuiltin
{
    private const string Draws = """
        \set aid random(1, 100000 * :scale)
        \set bid random(1, 1 * :scale)
        \set tid random(1, 10 * :scale)
        \set delta random(-5000, 5000)

        """;

    private const string Accounts = """
        UPDATE pgbench_accounts SET abalance = abalance + :delta WHERE aid = :aid;
        SELECT abalance FROM pgbench_accounts WHERE aid = :aid;

        """;

    private const string History =
        "INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (:tid, :bid, :aid, :delta, CURRENT_TIMESTAMP);\n";

    public static IReadOnlyDictionary<string, string> Scripts { get; } = new Dictionary<string, string>
    {
        ["tpcb-like"] = $"""
            {Draws}BEGIN;
            {Accounts}UPDATE pgbench_tellers SET tbalance = tbalance + :delta WHERE tid = :tid;
            UPDATE pgbench_branches SET bbalance = bbalance + :delta WHERE bid = :bid;
            {History}END;
            """,
        ["simple-update"] = $"""
            {Draws}BEGIN;
            {Accounts}{History}END;
            """,
        ["select-only"] = """
            \set aid random(1, 100000 * :scale)
            SELECT abalance FROM pgbench_accounts WHERE aid = :aid;
            """,
    };
}
