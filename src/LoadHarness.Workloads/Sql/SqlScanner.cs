using System.Text;
using System.Text.RegularExpressions;

namespace LoadHarness.Workloads.Sql;

/// <summary>Finds where the parts of SQL end that a parameter or a semicolon can stand in without being one.</summary>
internal static class SqlScanner
{
    /// <summary>Of what begins at a place and is no plain text; the place itself where nothing of the kind begins.</summary>
    /// <exception cref="UnclosedException">It does not end.</exception>
    public static int Skip(string text, int at)
    {
        var next = at + 1 < text.Length ? text[at + 1] : '\0';
        return text[at] switch
        {
            '\'' => Quoted(text, at, '\'', EscapesWithBackslash(text, at)),
            '"' => Quoted(text, at, '"', backslash: false),
            '-' when next == '-' => LineEnd(text, at),
            '/' when next == '*' => Comment(text, at),
            '$' when !IsWordBefore(text, at) => Dollar(text, at),
            _ => at,
        };
    }

    /// <summary>Replaces in SQL, but for what stands in quotes and in comments.</summary>
    /// <param name="pattern">Begins with \G: it is tried at each place.</param>
    public static string Replace(string text, Regex pattern, MatchEvaluator by)
    {
        var replaced = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var end = Skip(text, at);
            if (end == at && pattern.Match(text, at) is { Success: true } match)
            {
                replaced.Append(by(match));
                at += match.Length;
                continue;
            }

            end = Math.Max(end, at + 1);
            replaced.Append(text, at, end - at);
            at = end;
        }

        return replaced.ToString();
    }

    /// <returns>Where its first word begins, behind spaces and comments; its length where it has none.</returns>
    public static int FirstWord(string text)
    {
        var at = 0;
        while (at < text.Length && (char.IsWhiteSpace(text[at]) || IsComment(text.AsSpan(at))))
            at = char.IsWhiteSpace(text[at]) ? at + 1 : Skip(text, at);
        return at;
    }

    public static bool IsComment(ReadOnlySpan<char> text) =>
        text.StartsWith("--", StringComparison.Ordinal) || text.StartsWith("/*", StringComparison.Ordinal);

    public static bool IsWord(char sign) => char.IsLetterOrDigit(sign) || sign is '_' or '$' || sign > '\x7f';

    public static bool IsNameStart(char sign) => char.IsAsciiLetter(sign) || sign == '_';

    public static int NameEnd(string text, int at)
    {
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_')) at++;
        return at;
    }

    public static int LineEnd(string text, int at) => text.IndexOf('\n', at) is >= 0 and var end ? end : text.Length;

    private static bool IsWordBefore(string text, int at) => at > 0 && IsWord(text[at - 1]);

    // E'it\'s'; a word that ends in e is no such prefix.
    private static bool EscapesWithBackslash(string text, int at) =>
        at > 0 && text[at - 1] is 'e' or 'E' && (at < 2 || !IsWord(text[at - 2]));

    private static int Quoted(string text, int at, char quote, bool backslash)
    {
        for (var i = at + 1; i < text.Length; i++)
        {
            if (backslash && text[i] == '\\') i++;
            else if (text[i] == quote && i + 1 < text.Length && text[i + 1] == quote) i++;
            else if (text[i] == quote) return i + 1;
        }

        throw new UnclosedException(at, quote == '"' ? "a name in double quotes" : "a text in quotes");
    }

    private static int Comment(string text, int at)
    {
        var depth = 0;
        for (var i = at; i + 1 < text.Length; i++)
        {
            if (text[i] == '/' && text[i + 1] == '*') (depth, i) = (depth + 1, i + 1);
            else if (text[i] == '*' && text[i + 1] == '/') (depth, i) = (depth - 1, i + 1);
            if (depth == 0) return i + 1;
        }

        throw new UnclosedException(at, "a comment");
    }

    private static int Dollar(string text, int at)
    {
        var tagEnd = at + 1;
        if (tagEnd < text.Length && IsNameStart(text[tagEnd])) tagEnd = NameEnd(text, tagEnd);
        if (tagEnd >= text.Length || text[tagEnd] != '$') return at;
        var tag = text[at..(tagEnd + 1)];
        return text.IndexOf(tag, tagEnd + 1, StringComparison.Ordinal) is >= 0 and var end
            ? end + tag.Length
            : throw new UnclosedException(at, $"a text in {tag}");
    }
}

internal sealed class UnclosedException(int at, string what) : Exception($"{what} does not end")
{
    public int At => at;
}
