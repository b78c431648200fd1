using System.ComponentModel;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Input;

/// <summary>What a field may hold, as a rule and in words.</summary>
internal static class JsonWords
{
    private const int MostShown = 60;

    /// <summary>Ten years: more than any run, and far from where arithmetic with durations overflows.</summary>
    private const double LongestSeconds = 10 * 365 * 86_400d;

    /// <summary>NaN lies in no range.</summary>
    private static readonly WithinAttribute AnyFigure = new(-FigureRange.Largest, FigureRange.Largest);

    private static readonly WithinAttribute AnyCount = new(0, FigureRange.Largest);
    private static readonly DateTimeOffset Earliest = DateTimeOffset.UnixEpoch;
    private static readonly DateTimeOffset Latest = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Counts, sizes and durations are never negative; figures and shares are finite.</summary>
    public static bool Holds(object? value, WithinAttribute? within) => value switch
    {
        double number => (within ?? AnyFigure).Holds(number),
        int or long => (within ?? AnyCount).Holds(Convert.ToDouble(value)),
        TimeSpan duration => duration.TotalSeconds is >= 0 and <= LongestSeconds and var seconds && (within?.Holds(seconds) ?? true),
        DateTimeOffset time => time >= Earliest && time <= Latest,
        DateOnly day => day.Year >= Earliest.Year && day.Year <= Latest.Year,
        null => false,
        _ => true,
    };

    public static string Allowed(JsonTypeInfo info, WithinAttribute? within) => "Allowed: " + (info.Kind switch
    {
        JsonTypeInfoKind.Object => "an object with its fields",
        JsonTypeInfoKind.Dictionary => "an object of names and texts",
        JsonTypeInfoKind.Enumerable => "a list",
        _ => Leaf(Nullable.GetUnderlyingType(info.Type) ?? info.Type, info.Options, within),
    });

    public static string Shown(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject: return "an object";
            case JsonTokenType.StartArray: return "a list";
            case JsonTokenType.Null: return "null";
        }

        var text = Encoding.UTF8.GetString(reader.ValueSpan[..Math.Min(reader.ValueSpan.Length, MostShown)]);
        var more = reader.ValueSpan.Length > MostShown ? $"... + {reader.ValueSpan.Length - MostShown} characters" : "";
        return reader.TokenType == JsonTokenType.String ? $"\"{text}{more}\"" : text + more;
    }

    private static string Leaf(Type type, JsonSerializerOptions options, WithinAttribute? within) =>
        type == typeof(string) ? "a text"
        : type == typeof(bool) ? "true or false"
        : type == typeof(double) ? $"a number {(within ?? AnyFigure).Words}"
        : type == typeof(int) ? $"a whole number {(within ?? new(0, int.MaxValue)).Words}"
        : type == typeof(long) ? $"a whole number {(within ?? AnyCount).Words}"
        : type == typeof(ulong) ? "a whole number from 0 up"
        : type == typeof(TimeSpan) ? Duration(options, within)
        : type.GetCustomAttribute<DescriptionAttribute>() is { } described ? described.Description
        : type.IsEnum ? string.Join(", ", Enum.GetValuesAsUnderlyingType(type).Cast<object>().Select(value => Word(type, value, options)))
        : type == typeof(DateOnly) ? "a day such as 2026-01-31"
        : "a time such as 2026-01-31T02:05:00+00:00";

    // The file's own converter says whether a duration is a number there or a text with a unit.
    private static string Duration(JsonSerializerOptions options, WithinAttribute? within)
    {
        var isText = JsonSerializer.Serialize(TimeSpan.FromSeconds(90), options).StartsWith('"');
        var range = within is null ? " from 0 up" : $" {within.Words} s";
        return isText ? $"a duration with its unit, such as \"90s\", \"1m30s\" or \"00:01:30\",{range}" : $"a number of seconds{range}";
    }

    private static string Word(Type type, object value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(Enum.ToObject(type, value), type, options).Trim('"');
}
