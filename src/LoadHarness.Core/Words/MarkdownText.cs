namespace LoadHarness.Core.Words;

/// <summary>Names and sentences in Markdown that the program writes: they cannot end a cell, a line or a code span.</summary>
public static class MarkdownText
{
    private const int Longest = 2_000;

    public static string Of(string text) => string.Concat(Format.Cut(text.ReplaceLineEndings(" "), Longest).Select(c => c switch
    {
        '<' => "&lt;",
        '>' => "&gt;",
        '|' => "\\|",
        '[' => "\\[",
        '*' => "\\*",
        '!' => "\\!",
        '`' => "'",
        _ => c.ToString(),
    }));
}
