using System.Globalization;
using System.Text;

namespace LoadHarness.Reporting;

/// <summary>Text from outside, made harmless for people: it was written by a person who named a scenario or raised an error.</summary>
internal static class Plain
{
    /// <summary>
    /// Control characters, and those that turn the direction of the text behind them, are written as their code: <c>\u202E</c> would show
    /// "evil" as "live". Line breaks and tabs stay.
    /// </summary>
    public static string Text(string text)
    {
        if (!text.Any(IsHidden)) return text;
        var plain = new StringBuilder(text.Length + 16);
        foreach (var letter in text)
        {
            if (IsHidden(letter)) plain.Append($"\\u{(int)letter:X4}");
            else plain.Append(letter);
        }
        return plain.ToString();
    }

    /// <summary>The beginning of a text of any length, and how much more there is.</summary>
    public static string Cut(string text, int longest)
    {
        if (text.Length <= longest) return text;
        // Never between the two halves of one character.
        var end = char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest;
        return $"{text[..end]}… + {text.Length - end:N0} characters in run.json";
    }

    private static bool IsHidden(char letter) =>
        (char.IsControl(letter) && letter is not ('\n' or '\r' or '\t'))
            || CharUnicodeInfo.GetUnicodeCategory(letter) is UnicodeCategory.Format;
}
