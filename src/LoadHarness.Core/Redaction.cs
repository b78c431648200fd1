using System.Text.RegularExpressions;

namespace LoadHarness.Core;

/// <summary>Takes passwords out of text on its way to a person, a log or a report.</summary>
public static partial class Redaction
{
    public const string Mask = "***";

    /// <summary>The text with every password of a connection string or URI inside it masked.</summary>
    public static string InText(string text) =>
        Uri().Replace(KeyValue().Replace(text, "${key}" + Mask), "${scheme}" + Mask + "@");

    /// <summary>As <see cref="InText"/>, and known secrets masked wherever they stand.</summary>
    public static string InText(string text, params IEnumerable<string> secrets) =>
        secrets.Where(secret => secret.Length > 0).Aggregate(InText(text), (masked, secret) => masked.Replace(secret, Mask, StringComparison.Ordinal));

    /// <summary>Message of the exception and of those inside it, each once, masked.</summary>
    public static string InMessagesOf(Exception exception)
    {
        var messages = new List<string>();
        for (var current = exception; current is not null; current = current.InnerException)
            if (!messages.Exists(known => known.Contains(current.Message, StringComparison.Ordinal))) messages.Add(current.Message);
        return InText(string.Join(": ", messages));
    }

    [GeneratedRegex("""(?<key>\b(?:ssl\s*)?(?:password|passwd|pwd|pgpassword)\s*=\s*)(?:"(?:[^"]|"")*"|'(?:[^']|'')*'|[^;\s'"]+)""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex KeyValue();

    [GeneratedRegex(@"(?<scheme>\bpostgres(?:ql)?://[^:/\s@]*:)[^\s/]*@", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Uri();
}
