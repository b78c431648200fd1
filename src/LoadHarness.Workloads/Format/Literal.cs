using System.ComponentModel;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace LoadHarness.Workloads.Format;

/// <summary>A value in a workload's file. What type it has in the end is the statement's to say.</summary>
/// <param name="Text">As it stands in the file.</param>
[JsonConverter(typeof(LiteralConverter))]
[Description("a number, a text, true or false")]
public readonly record struct Literal(string Text)
{
    private const decimal Thousand = 1_000;

    /// <summary>Whether it names a parameter: <c>:customer.orders</c>.</summary>
    public bool IsReference => Text.StartsWith(':');

    /// <summary>A number as people write it: <c>5000</c>, <c>5_000</c>, <c>5k</c>, <c>5M</c>, <c>1e6</c>, <c>0.25</c>.</summary>
    public decimal? Number()
    {
        var plain = Text.Trim().Replace("_", "", StringComparison.Ordinal);
        var factor = plain.Length == 0 ? 1 : char.ToLowerInvariant(plain[^1]) switch
        {
            'k' => Thousand,
            'm' => Thousand * Thousand,
            'g' => Thousand * Thousand * Thousand,
            _ => 1,
        };
        var digits = factor == 1 ? plain : plain[..^1];
        const NumberStyles form = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!decimal.TryParse(digits, form, null, out var number)) return null;
        return Math.Abs(number) <= decimal.MaxValue / factor ? number * factor : null;
    }

    public long? WholeNumber() =>
        Number() is { } number && number == decimal.Truncate(number) && number >= long.MinValue && number <= long.MaxValue
            ? (long)number
            : null;

    public override string ToString() => Text;
}

internal sealed partial class LiteralConverter : JsonConverter<Literal>
{
    public override Literal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => new(reader.GetString()!),
        JsonTokenType.True => new("true"),
        JsonTokenType.False => new("false"),
        // As it was written: a double would lose the digits of a large number.
        JsonTokenType.Number => new(JsonElement.ParseValue(ref reader).GetRawText()),
        _ => throw new JsonException("Not a single value."),
    };

    public override void Write(Utf8JsonWriter writer, Literal value, JsonSerializerOptions options)
    {
        if (WholeOrDecimal().IsMatch(value.Text)) writer.WriteRawValue(value.Text);
        else writer.WriteStringValue(value.Text);
    }

    [GeneratedRegex(@"\A-?(?:0|[1-9]\d{0,18})(?:\.\d{1,18})?\z")]
    private static partial Regex WholeOrDecimal();
}
