using System.Text.RegularExpressions;
using LoadHarness.Postgres;
using LoadHarness.Workloads.Sql;
using Npgsql;

namespace LoadHarness.Workloads.Initial;

/// <summary>
/// Which argument of a function a statement's $n is. An argument p_status is most likely held against some column status.
/// </summary>
internal static partial class ArgumentUses
{
    private const string OfFunctions =
        """
        select proname::text, proargnames
        from pg_catalog.pg_proc
        where pronamespace <> 'pg_catalog'::regnamespace and proname = any ($1) and proargnames is not null
        """;

    private static readonly string[] Keywords =
        ["in", "any", "all", "some", "values", "exists", "and", "or", "not", "where", "select", "on", "as"];

    /// <returns>By the number of the parameter.</returns>
    public static async Task<IReadOnlyDictionary<int, ColumnUse>> OfAsync(
        NpgsqlConnection connection, string text, CancellationToken cancellationToken)
    {
        var uses = new Dictionary<int, ColumnUse>();
        foreach (Match match in Named().Matches(text)) Put(uses, match.Groups["number"].Value, match.Groups["name"].Value);
        var calls = Called().Matches(text).Where(call => !Keywords.Contains(call.Groups["name"].Value.ToLowerInvariant())).ToList();
        if (calls.Count == 0) return uses;
        var known = await connection.ListAsync(
            OfFunctions, row => (Name: row.GetString(0), Arguments: row.GetFieldValue<string[]>(1)), cancellationToken,
            new NpgsqlParameter { Value = calls.Select(NameOf).Distinct().ToArray() });
        foreach (var call in calls)
        {
            // Of several functions of one name, which one is meant is not known.
            if (known.Where(function => function.Name == NameOf(call)).ToList() is not [var only]) continue;
            foreach (var (argument, place) in Arguments(text, call.Index + call.Length).Select((argument, place) => (argument, place)))
                if (place < only.Arguments.Length && Alone().Match(argument) is { Success: true } number)
                    Put(uses, number.Groups["number"].Value, only.Arguments[place]);
        }

        return uses;
    }

    private static string NameOf(Match call) => ColumnUses.Name(call.Groups["name"].Value);

    private static void Put(Dictionary<int, ColumnUse> uses, string number, string argument)
    {
        var name = argument.StartsWith("p_", StringComparison.OrdinalIgnoreCase) ? argument[2..] : argument.TrimStart('_');
        uses.TryAdd(int.Parse(number), name.ToLowerInvariant() switch
        {
            var limit when limit.EndsWith("limit", StringComparison.Ordinal) => ColumnUse.Limit,
            var offset when offset.EndsWith("offset", StringComparison.Ordinal) => ColumnUse.Offset,
            var column => new("", column, IsWritten: false) { IsArgument = true },
        });
    }

    /// <param name="at">Behind the opening bracket.</param>
    private static List<string> Arguments(string text, int at)
    {
        var (arguments, depth, begin) = (new List<string>(), 0, at);
        while (at < text.Length)
        {
            if (SqlScanner.Skip(text, at) is var end && end > at)
            {
                at = end;
                continue;
            }

            if (depth == 0 && text[at] is (',' or ')'))
            {
                arguments.Add(text[begin..at]);
                if (text[at] == ')') break;
                begin = at + 1;
            }

            if (text[at] is '(' or '[') depth++;
            else if (text[at] is ')' or ']') depth--;
            at++;
        }

        return arguments;
    }

    [GeneratedRegex(@"\b(?<name>[A-Za-z_]\w*)\s*=>\s*\$(?<number>\d+)")]
    private static partial Regex Named();

    [GeneratedRegex(@"\b(?<name>[A-Za-z_]\w*)\s*\(")]
    private static partial Regex Called();

    [GeneratedRegex(@"\A\s*\$(?<number>\d+)\s*(?:::\s*[\w\[\]. ]+)?\s*\z")]
    private static partial Regex Alone();
}
