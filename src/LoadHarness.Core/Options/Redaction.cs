using System.Text.RegularExpressions;

namespace LoadHarness.Core.Options;

/// <summary>Takes passwords out of text before a person, a log or a file sees it.</summary>
public static partial class Redaction
{
    public const string Mask = "***";

    /// <summary>
    /// Masks the values of <c>Password=</c>, <c>Pwd=</c> and their kin, and the password of a <c>scheme://user:password@host</c>.
    /// </summary>
    public static string Of(string text) => UriPassword().Replace(KeyedPassword().Replace(text, "${key}" + Mask), "${start}" + Mask + "@");

    // A quoted value may hold semicolons and spaces; an unquoted one ends at a semicolon or the end of the text.
    [GeneratedRegex("""(?<key>\b(?:ssl\s*)?(?:password|pwd|passphrase|pgpassword)\s*[=:]\s*)(?:"[^"]*"|'[^']*'|[^;'"\r\n]+)""",
        RegexOptions.IgnoreCase)]
    private static partial Regex KeyedPassword();

    [GeneratedRegex(@"(?<start>\b[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s@]+@", RegexOptions.IgnoreCase)]
    private static partial Regex UriPassword();
}
