using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoadHarness.Core.Targets;

/// <summary>The text of <c>targets.json</c>: an object with a list called <c>targets</c>.</summary>
public static class TargetFile
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        ReadCommentHandling = JsonCommentHandling.Skip,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
    };

    /// <exception cref="HarnessException">The text is not valid JSON of that shape, or an id stands twice.</exception>
    public static IReadOnlyList<Target> Parse(string json)
    {
        try
        {
            var targets = JsonSerializer.Deserialize<Content>(json, Format)!.Targets;
            var twice = targets.GroupBy(target => target.Id).FirstOrDefault(group => group.Count() > 1);
            return twice is null
                ? targets
                : throw new HarnessException($"targets.json: {twice.Key} stands more than once. Keep one line an id.", ExitCode.BadUsage);
        }
        catch (JsonException error)
        {
            throw new HarnessException($"targets.json: {error.Message} Compare it with the file in the repository.", ExitCode.BadUsage, error);
        }
    }

    private sealed record Content(IReadOnlyList<Target> Targets);
}
