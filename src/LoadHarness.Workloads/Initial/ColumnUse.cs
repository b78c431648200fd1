using System.Text.RegularExpressions;

namespace LoadHarness.Workloads.Initial;

/// <summary>Which column a statement's $n is held against or written to, as far as its text shows it.</summary>
/// <param name="Qualifier">Alias or table before the column; empty for none.</param>
/// <param name="IsWritten">A value of an insert or of set.</param>
internal sealed record ColumnUse(string Qualifier, string Column, bool IsWritten)
{
    /// <summary>An argument of a function: the table of its column is not named.</summary>
    public bool IsArgument { get; init; }

    /// <summary>A limit or an offset: no column.</summary>
    public static ColumnUse Limit { get; } = new("", "limit", false);

    public static ColumnUse Offset { get; } = new("", "offset", false);
}

internal static partial class ColumnUses
{
    private static readonly string[] NoAlias = ["where", "set", "on", "inner", "left", "right", "full", "cross", "join", "order", "group",
        "limit", "values", "using", "returning", "natural", "for", "select"];

    /// <returns>By the number of the parameter.</returns>
    public static IReadOnlyDictionary<int, ColumnUse> Of(string text)
    {
        var uses = new Dictionary<int, ColumnUse>();
        var setEnd = Where().Match(text) is { Success: true, Index: var where } ? where : text.Length;
        var isUpdate = text.StartsWith("update", StringComparison.OrdinalIgnoreCase);
        foreach (Match match in Compared().Matches(text))
            Add(match, match.Groups["column"].Value, isUpdate && match.Index < setEnd && match.Groups["sign"].Value == "=");
        foreach (Match match in Reversed().Matches(text)) Add(match, match.Groups["column"].Value, isWritten: false);
        foreach (Match match in Within().Matches(text))
            foreach (Match number in Number().Matches(match.Groups["list"].Value))
                Put(number, Use(match.Groups["column"].Value, isWritten: false));
        foreach (Match match in Between().Matches(text))
        {
            Put(match, Use(match.Groups["column"].Value, false), "low");
            Put(match, Use(match.Groups["column"].Value, false), "high");
        }

        foreach (Match match in LimitOf().Matches(text)) Put(match, ColumnUse.Limit);
        foreach (Match match in OffsetOf().Matches(text)) Put(match, ColumnUse.Offset);
        if (Inserted().Match(text) is { Success: true } insert)
        {
            var columns = insert.Groups["columns"].Value.Split(',');
            var values = insert.Groups["values"].Value.Split(',');
            for (var i = 0; i < Math.Min(columns.Length, values.Length); i++)
                if (Number().Match(values[i]) is { Success: true } number) Put(number, Use(columns[i], isWritten: true));
        }

        return uses;

        void Add(Match match, string column, bool isWritten) => Put(match, Use(column, isWritten));

        void Put(Match match, ColumnUse use, string group = "number") =>
            uses.TryAdd(int.Parse(match.Groups[group].Value), use);
    }

    /// <returns>Tables of a statement by the names that it knows them by.</returns>
    public static IReadOnlyDictionary<string, string> Tables(string text)
    {
        var tables = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (Match match in Table().Matches(text))
        {
            var (table, alias) = (match.Groups["table"].Value, match.Groups["alias"].Value);
            if (alias.Length > 0 && !NoAlias.Contains(alias.ToLowerInvariant())) tables.TryAdd(alias, table);
            tables.TryAdd(table.Split('.')[^1].Trim('"'), table);
        }

        return tables;
    }

    private static ColumnUse Use(string column, bool isWritten)
    {
        var parts = column.Trim().Split('.');
        return new(parts.Length > 1 ? Name(parts[^2]) : "", Name(parts[^1]), isWritten);
    }

    /// <summary>As the server keeps a name: without quotes, letters of ASCII are small, and others stay.</summary>
    internal static string Name(string written) => written.StartsWith('"')
        ? written.Trim('"')
        : string.Concat(written.Select(sign => char.IsAsciiLetterUpper(sign) ? char.ToLowerInvariant(sign) : sign));

    [GeneratedRegex(
        """(?<column>(?:[\w"]+\.)*[\w"]+)\s*(?<sign>=|<>|!=|<=|>=|<|>|\blike\b|\bilike\b|~~)\s*(?:any\s*\(\s*)?\$(?<number>\d+)""",
        RegexOptions.IgnoreCase)]
    private static partial Regex Compared();

    [GeneratedRegex("""\$(?<number>\d+)\s*(?:=|<>|<=|>=|<|>)\s*(?<column>(?:[a-z_"][\w"]*\.)*[a-z_"][\w"]*)""", RegexOptions.IgnoreCase)]
    private static partial Regex Reversed();

    [GeneratedRegex("""(?<column>(?:[\w"]+\.)*[\w"]+)\s+in\s*\((?<list>[^()]*)\)""", RegexOptions.IgnoreCase)]
    private static partial Regex Within();

    [GeneratedRegex("""(?<column>(?:[\w"]+\.)*[\w"]+)\s+between\s+\$(?<low>\d+)\s+and\s+\$(?<high>\d+)""", RegexOptions.IgnoreCase)]
    private static partial Regex Between();

    [GeneratedRegex(@"\blimit\s+\$(?<number>\d+)", RegexOptions.IgnoreCase)]
    private static partial Regex LimitOf();

    [GeneratedRegex(@"\boffset\s+\$(?<number>\d+)", RegexOptions.IgnoreCase)]
    private static partial Regex OffsetOf();

    [GeneratedRegex(
        """\Ainsert\s+into\s+[\w".]+\s*(?:as\s+\w+\s*)?\((?<columns>[^()]*)\)\s*values\s*\((?<values>[^()]*)\)""", RegexOptions.IgnoreCase)]
    private static partial Regex Inserted();

    [GeneratedRegex(@"\$(?<number>\d+)")]
    private static partial Regex Number();

    [GeneratedRegex(@"\bwhere\b", RegexOptions.IgnoreCase)]
    private static partial Regex Where();

    [GeneratedRegex("""\b(?:from|join|update|into)\s+(?:only\s+)?(?<table>(?:[\w"]+\.)?[\w"]+)(?:\s+(?:as\s+)?(?<alias>[a-z_]\w*))?""",
        RegexOptions.IgnoreCase)]
    private static partial Regex Table();
}
