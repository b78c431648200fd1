using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace LoadHarness.Reporting.Page;

/// <summary>
/// Markup. It can only be made from a template in the source, whose holes are escaped unless they hold markup themselves.
/// </summary>
internal sealed class Html
{
    private Html(string text) => Text = text;

    public static Html Nothing { get; } = new("");

    public string Text { get; }

    public static Html Of(Template template) => new(template.ToText());

    public static Html Join(IEnumerable<Html> parts) => new(string.Concat(parts.Select(part => part.Text)));

    /// <summary>For what this program made itself: its style sheet, its script and its charts.</summary>
    public static Html Trusted(string text) => new(text);

    /// <summary>What the compiler makes of <c>$"..."</c> where markup is expected.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Template(int literalLength, int holes)
    {
        private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);
        private readonly StringBuilder _text = new(literalLength + (holes * 16));

        public void AppendLiteral(string literal) => _text.Append(literal);

        /// <summary>Longer than any text that a section lets through: what a section forgot to cut is cut here.</summary>
        private const int LongestText = 30_000;

        public void AppendFormatted(string? plain) => _text.Append(Encoder.Encode(Plain.Text(Plain.Cut(plain ?? "", LongestText))));

        /// <summary>
        /// A name has a direction of its own, which must not turn the text behind it; a narrow column breaks it behind "_".
        /// </summary>
        public void AppendFormatted(Name name) => _text.Append("<bdi>")
            .Append(Encoder.Encode(Plain.Text(Plain.Cut(name.Text, Name.Longest))).Replace("_", "_<wbr>", StringComparison.Ordinal))
            .Append("</bdi>");

        public void AppendFormatted(int number) => _text.Append(number);

        public void AppendFormatted(Html? markup) => _text.Append(markup?.Text);

        public void AppendFormatted(IEnumerable<Html> parts) => _text.Append(Join(parts).Text);

        internal string ToText() => _text.ToString();
    }
}

/// <summary>What somebody called a scenario, an operation, a statement or a relation.</summary>
internal readonly record struct Name(string Text)
{
    public const int Longest = 200;
}
