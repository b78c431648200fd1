using System.Text.RegularExpressions;

namespace LoadHarness.IntegrationTests.Distribution;

/// <summary>A function of the schema, as its rules see it.</summary>
/// <param name="Statements">The body without comments, cut at its semicolons.</param>
public sealed record SchemaFunction(string Name, string Language, int Arguments, IReadOnlyList<string> Statements);

/// <summary>What the rules must know of the schema.</summary>
/// <param name="Tenants">Tables of tenants, as alternatives of a pattern.</param>
/// <param name="Numbered">Those whose id comes of a sequence.</param>
/// <param name="Changing">Functions of the schema that are not immutable, as alternatives of a pattern.</param>
public sealed record SchemaNames(string Tenants, string Numbered, string Changing);

/// <summary>What the text of a function must not hold if it is to run where tables are distributed.</summary>
/// <param name="Breaks">Whether a statement breaks it.</param>
/// <param name="Plant">The body of a function in plpgsql that breaks it.</param>
public sealed record FunctionRule(string Name, Func<SchemaFunction, string, SchemaNames, bool> Breaks, string Plant)
{
    private const string Clock = @"\b(now|clock_timestamp|statement_timestamp|timeofday)\s*\(\)|\bcurrent_timestamp\b";

    private const string Volatile = @"\b(clock_timestamp|random|gen_random_uuid|nextval|timeofday)\s*\(|\bpg_backend_pid\s*\(\)";

    public static IReadOnlyList<FunctionRule> All { get; } =
    [
        new("no subquery is without columns",
            (_, sql, _) => Has(sql, @"\(\s*select\s+from\s|\bperform\s+from\s"),
            "perform 1 from campaigns c where exists (select from leads l where l.workspace_id = c.workspace_id)"),
        new("an update asks nothing that changes from call to call",
            (_, sql, names) => Has(Changed(sql, names), Volatile),
            "update leads set updated_at = clock_timestamp() where workspace_id = 1 and id = 1"),
        new("an update asks no function of the schema about its columns that is not immutable",
            (_, sql, names) => !Has(Changed(sql, names), "^insert")
                && Has(Changed(sql, names), $@"\b({names.Changing})\s*\([^()]*\b[a-z]\.[a-z_]+"),
            "update campaigns c set status = 'sent' where c.workspace_id = 1 and campaign_is_due(c.scheduled_at, c.send_window)"),
        new("no clock is read inside case or coalesce of a statement that writes",
            (_, sql, names) => Has(Changed(sql, names), $@"\bcoalesce\s*\([^()]*({Clock})|\bcase\b(?:(?!\bend\b).)*({Clock})"),
            "update campaigns set enqueued_at = coalesce(enqueued_at, now()) where workspace_id = 1 and id = 1"),
        new("what a conflict sets is immutable",
            (_, sql, names) => Has(sql, @"\bdo\s+update\b")
                && Has(sql[Start(sql, @"\bdo\s+update\b")..], $@"{Clock}|\b({names.Changing})\s*\("),
            """
            insert into suppressed_addresses (workspace_id, email_hash, reason)
            values (1, 'x', 'erased')
            on conflict (workspace_id, email_hash) do update set suppressed_at = now()
            """),
        new("an insert of many rows that may conflict numbers them itself",
            (_, sql, names) => Regex.Match(
                sql, $@"\binsert\s+into\s+(public\.)?({names.Numbered})(\s+as\s+\w+)?\s*\((?<columns>[^()]*)\)\s*select\b",
                RegexOptions.IgnoreCase)
                is { Success: true } insert && Has(sql, @"\bon\s+conflict\b")
                    && !Has(insert.Groups["columns"].Value, @"(^|,)\s*id\s*(,|$)"),
            """
            insert into email_sends (workspace_id, campaign_id, lead_id, email)
            select workspace_id, 1, id, email from leads
            where workspace_id = 1
            on conflict do nothing
            """),
        new("rows are locked in one workspace",
            (_, sql, names) => Has(sql, @"\bfor\s+(no\s+key\s+)?(update|share|key\s+share)\b") && Has(sql, Table(names))
                && !Has(sql, @"\bworkspace_id\s*=\s*(p_|v_|new\.|verify_api_key\.|\$)|\bw\.id\s*=\s*p_workspace_id"),
            "perform 1 from campaign_metric_deltas d for update skip locked"),
        new("rows by their place are those of one workspace",
            (_, sql, names) => Has(sql, @"\bctid\b") && Has(Changed(sql, names), @"\bctid\b")
                && !Has(sql, @"\bworkspace_id\s*=\s*(p_|v_|\$)"),
            "delete from leads l using (select l.ctid as place from leads l limit 1) p where l.ctid = p.place"),
        new("a function in SQL reads no tenant's table by its arguments",
            (function, sql, names) => function is { Language: "sql", Arguments: > 0 } && Has(sql, Table(names)),
            "language sql: select count(*) from leads l where l.workspace_id = $1"),
        new("an outer join has no condition of variables alone",
            (_, sql, _) => Has(sql, @"\bleft\s+join\s+(?!lateral)[\w.]+(\s+(as\s+)?\w+)?\s+on\s+(v|p)_\w+\s+and\b"),
            "perform 1 from leads l left join suppressed_addresses s on v_asked and s.workspace_id = l.workspace_id"),
        new("an insert of many rows has no case of one value and several answers: a node is sent it wrongly",
            (_, sql, names) => Has(Changed(sql, names), @"^insert\b.*\bcase\s+(?!when\b)[\w.]+\s+when\b"),
            """
            insert into leads (workspace_id, email)
            select workspace_id, case reason when 'erased' then 'a' else 'b' end
            from suppressed_addresses
            """),
        new("a setting that policies or triggers read is set by a command",
            (_, sql, _) => Has(sql, @"\bset_config\s*\(\s*'(app\.workspace_id|loadharness\.by_event)'"),
            "perform set_config('app.workspace_id', '1', true)"),
    ];

    public override string ToString() => Name;

    private static string Table(SchemaNames names) => $@"\b(from|join|into|update)\s+(only\s+)?(public\.)?({names.Tenants})\b";

    // From the first word of a writing command on; empty when the statement writes no tenant's table.
    private static string Changed(string sql, SchemaNames names)
    {
        var match = Regex.Match(sql, $@"\b(update|delete\s+from|insert\s+into)\s+(only\s+)?(public\.)?({names.Tenants})\b[\s\S]*",
            RegexOptions.IgnoreCase);
        // A single row of values may be made of anything: it is evaluated before it is sent.
        return match.Success && !Has(match.Value, @"^insert\s+into\s+[\w.]+(\s+as\s+\w+)?\s*\([^()]*\)\s*values\b") ? match.Value : "";
    }

    private static int Start(string sql, string pattern) => Regex.Match(sql, pattern, RegexOptions.IgnoreCase).Index;

    private static bool Has(string sql, params string[] patterns) =>
        patterns.All(pattern => Regex.IsMatch(sql, pattern, RegexOptions.IgnoreCase | RegexOptions.Singleline));
}
