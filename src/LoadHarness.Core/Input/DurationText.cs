using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace LoadHarness.Core.Input;

/// <summary>
/// A duration as people write it: <c>90s</c>, <c>1m30s</c>, <c>2h</c>, <c>500ms</c> or <c>00:01:30</c>. A number without a unit could be
/// anything and is refused.
/// </summary>
public sealed partial class DurationText : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
            && Parse(reader.GetString()!) is { } duration ? duration : throw new JsonException("Not a duration with a unit.");

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteStringValue(TextOf(value));

    // As a person would write it, where that is short.
    private static string TextOf(TimeSpan value) => value switch
    {
        _ when value <= TimeSpan.Zero || value.Ticks % TimeSpan.TicksPerSecond > 0 => value.ToString("c"),
        _ when value.Ticks % TimeSpan.TicksPerMinute > 0 => $"{value.TotalSeconds:0}s",
        _ => $"{value.TotalMinutes:0}m",
    };

    /// <returns>Null when the text is no duration, or has no unit.</returns>
    public static TimeSpan? Parse(string text)
    {
        var match = Clock().Match(text) is { Success: true } clock ? clock : Units().Match(text);
        if (!match.Success || text.Length == 0) return null;
        var seconds = (Part("days") * 86_400) + (Part("hours") * 3_600) + (Part("minutes") * 60) + Part("seconds") + (
            Part("milliseconds") / 1_000);
        return seconds <= TimeSpan.MaxValue.TotalSeconds / 2 ? TimeSpan.FromMicroseconds(Math.Round(seconds * 1e6)) : null;

        double Part(string name) => match.Groups[name] is { Success: true } part
            ? double.Parse(part.ValueSpan)
            : 0;
    }

    [GeneratedRegex(@"\A(?<hours>\d{1,3}):(?<minutes>[0-5]\d):(?<seconds>[0-5]\d(?:\.\d{1,7})?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Clock();

    [GeneratedRegex(
        @"\A(?:(?<days>\d{1,9})d)?(?:(?<hours>\d{1,9})h)?(?:(?<minutes>\d{1,9})m(?:in)?(?!s))?"
            + @"(?:(?<seconds>\d{1,9}(?:\.\d{1,7})?)s)?(?:(?<milliseconds>\d{1,9})ms)?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Units();
}
