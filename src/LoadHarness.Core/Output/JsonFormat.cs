using System.Text.Json;
using System.Text.Json.Serialization;
using LoadHarness.Core.Measurement;

namespace LoadHarness.Core.Output;

/// <summary>
/// How everything that the program writes as JSON looks: camelCase names and words, durations as numbers of seconds, times as ISO 8601.
/// </summary>
public static class JsonFormat
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        IgnoreReadOnlyProperties = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        Converters = { new SecondsConverter(), new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false),
            new BoundedText() },
    };

    /// <summary>The same on one line, for files that grow by a line each.</summary>
    public static JsonSerializerOptions Line { get; } = new(Options) { WriteIndented = false };
}
