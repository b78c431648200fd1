using System.Globalization;
using System.Text.Json;
using LoadHarness.Workloads.Format;
using NpgsqlTypes;

namespace LoadHarness.Workloads.Parameters;

/// <summary>Turns texts into values of a server's type, where they are such.</summary>
internal static class ValueFit
{
    /// <returns>The value as the driver takes it; null when the text is none of that type.</returns>
    public static object? Of(string text, ServerType type)
    {
        var number = new Literal(text);
        return type.Wire switch
        {
            NpgsqlDbType.Smallint => number.WholeNumber() is >= short.MinValue and <= short.MaxValue and var small ? (short)small : null,
            NpgsqlDbType.Integer => number.WholeNumber() is >= int.MinValue and <= int.MaxValue and var whole ? (int)whole : null,
            NpgsqlDbType.Bigint => number.WholeNumber(),
            NpgsqlDbType.Numeric => number.Number(),
            NpgsqlDbType.Real => Float(text) is { } real && float.IsFinite((float)real) == double.IsFinite(real) ? (float)real : null,
            NpgsqlDbType.Double => Float(text),
            NpgsqlDbType.Boolean => text.Trim().ToLowerInvariant() switch
            {
                "true" or "t" or "yes" or "on" or "1" => true,
                "false" or "f" or "no" or "off" or "0" => false,
                _ => null,
            },
            NpgsqlDbType.Uuid => Guid.TryParse(text, out var uuid) ? uuid : null,
            NpgsqlDbType.Date => SourceFactory.Moment(number) is { IsDay: true } day ? DateOnly.FromDateTime(day.Moment) : null,
            NpgsqlDbType.Timestamp => ServerMoment(text) is { } local ? DateTime.SpecifyKind(local, DateTimeKind.Unspecified) : null,
            NpgsqlDbType.TimestampTz => ServerMoment(text),
            NpgsqlDbType.Json or NpgsqlDbType.Jsonb => IsJson(text) ? text : null,
            _ => text.Contains('\0', StringComparison.Ordinal) ? null : text,
        };
    }

    /// <summary>The way back: a value as the driver gave it, as a text that the server reads as the same.</summary>
    public static string Text(object value) => value switch
    {
        DateTime moment => moment.ToString("O"),
        DateOnly day => day.ToString("yyyy-MM-dd"),
        TimeOnly time => time.ToString("O"),
        TimeSpan span => $"{span.Ticks / TimeSpan.TicksPerMicrosecond} microseconds",
        byte[] bytes => $"\\x{Convert.ToHexStringLower(bytes)}",
        Array { Rank: 1 } all => $"{{{string.Join(',', all.Cast<object?>().Select(Element))}}}",
        _ => Convert.ToString(value)!,
    };

    private static string Element(object? value) => value is null or DBNull
        ? "NULL"
        : $"\"{Text(value).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    // As the server writes it, "2026-01-31 12:00:00.5+02", or as people do.
    private static DateTime? ServerMoment(string text)
    {
        if (text.Length > 3 && text[^3] is '+' or '-' && text.Contains(':', StringComparison.Ordinal)) text += ":00";
        return SourceFactory.Moment(new(text))?.Moment;
    }

    private static double? Float(string text) =>
        double.TryParse(text, NumberStyles.Float, null, out var number) ? number : null;

    private static bool IsJson(string text)
    {
        try
        {
            using var _ = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
