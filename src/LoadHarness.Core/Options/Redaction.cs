using System.Text.RegularExpressions;

namespace LoadHarness.Core.Options;

/// <summary>Takes passwords out of text before a person, a log or a file sees it.</summary>
public static partial class Redaction
{
    public const string Mask = "***";

    /// <summary>
    /// Masks the values of <c>Password=</c>, <c>Pwd=</c> and their kin, and the password of a <c>scheme://user:password@host</c>. What may
    /// belong to a password is masked, too.
    /// </summary>
    public static string Of(string text) =>
        UriPassword().Replace(KeyedPassword().Replace(text, found => Masked(found, text[..found.Index])), "${start}" + Mask + "@");

    // Without quotes of its own a value may hold them. Only the last quote can be the end of one that was opened before the key.
    private static string Masked(Match found, string before)
    {
        var bare = found.Groups["bare"].Value;
        var end = OpenQuote(before) is { } quote ? bare.LastIndexOf(quote) : -1;
        return found.Groups["key"].Value + Mask + (end < 0 ? "" : bare[end..]);
    }

    private static char? OpenQuote(string text)
    {
        char? open = null;
        foreach (var letter in text)
            if (letter is '\'' or '"' && (open is null || open == letter)) open = open is null ? letter : null;
        return open;
    }

    // A quoted value may hold semicolons, spaces and, doubled, its quote; one without quotes ends at a semicolon or the end of the line.
    [GeneratedRegex("""
        (?<key>\b(?:ssl\s*)?(?:password|pwd|psw|passphrase|pgpassword)\s*[=:]\s*)(?:"(?:[^"]|"")*"|'(?:[^']|'')*'|(?<bare>[^;\r\n]+))
        """, RegexOptions.IgnoreCase)]
    private static partial Regex KeyedPassword();

    [GeneratedRegex(@"(?<start>\b[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s@]+@", RegexOptions.IgnoreCase)]
    private static partial Regex UriPassword();
}
