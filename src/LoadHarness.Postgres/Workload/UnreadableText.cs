using System.Text;

namespace LoadHarness.Postgres.Workload;

/// <summary>Texts that PostgreSQL cannot hold: sent by COPY, one would end the whole file.</summary>
internal static class UnreadableText
{
    /// <returns>What is wrong with the text, as a clause; null when it can be sent.</returns>
    public static string? FaultOf(string? text) =>
        text is null ? null
        : text.Contains('\0', StringComparison.Ordinal) ? "holds a NUL character"
        : HasLoneSurrogate(text) ? "holds half of a character (it is no UTF-8)"
        : null;

    /// <summary>The text with U+FFFD in the place of what cannot be sent.</summary>
    public static string Replaced(string text)
    {
        if (FaultOf(text) is null) return text;
        var readable = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) readable.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);
        return readable.ToString();
    }

    private static bool HasLoneSurrogate(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\ud800', '\udfff')) return false;
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (!char.IsSurrogatePair(text, i)) return true;
            i++;
        }

        return false;
    }
}
