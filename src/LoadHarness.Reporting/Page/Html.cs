using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace LoadHarness.Reporting.Page;

/// <summary>Markup. It can only be made from a template in the source, whose holes are escaped unless they hold markup themselves.</summary>
internal sealed class Html
{
    private Html(string text) => Text = text;

    public static Html Nothing { get; } = new("");

    public string Text { get; }

    public static Html Of(Template template) => new(template.ToText());

    public static Html Join(IEnumerable<Html> parts) => new(string.Concat(parts.Select(part => part.Text)));

    /// <summary>For what this program made itself: its style sheet and the charts that ScottPlot drew.</summary>
    public static Html Trusted(string text) => new(text);

    /// <summary>What the compiler makes of <c>$"..."</c> where markup is expected.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Template(int literalLength, int holes)
    {
        private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);
        private readonly StringBuilder _text = new(literalLength + (holes * 16));

        public void AppendLiteral(string literal) => _text.Append(literal);

        public void AppendFormatted(string? plain) => _text.Append(Encoder.Encode(plain ?? ""));

        public void AppendFormatted(int number) => _text.Append(number);

        public void AppendFormatted(Html? markup) => _text.Append(markup?.Text);

        public void AppendFormatted(IEnumerable<Html> parts) => _text.Append(Join(parts).Text);

        internal string ToText() => _text.ToString();
    }
}
