using System.Text.Json;
using System.Text.Json.Serialization;
using LoadHarness.Core.Statistics;

namespace LoadHarness.Core.Targets;

/// <summary>The text of <c>targets.json</c>: an object with a list called <c>targets</c>.</summary>
public static class TargetFile
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        ReadCommentHandling = JsonCommentHandling.Skip,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
    };

    private static readonly JsonDocumentOptions Reading = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowDuplicateProperties = false,
    };

    /// <exception cref="HarnessException">Something in it is wrong; the message names every such place.</exception>
    public static IReadOnlyList<Target> Parse(string json)
    {
        var (targets, errors) = Check(json, "targets.json", operations: null);
        return errors.Count == 0 ? targets : throw new HarnessException(string.Join(Environment.NewLine, errors), ExitCode.BadUsage);
    }

    /// <summary>Reads the targets and checks every one, all errors at once: file, field, value and what is allowed.</summary>
    /// <param name="file">Its name, for the messages.</param>
    /// <param name="operations">Names of the operations of each scenario there is; null to leave those names unchecked.</param>
    public static (IReadOnlyList<Target> Targets, IReadOnlyList<string> Errors) Check(
        string json, string file, IReadOnlyDictionary<string, IReadOnlyCollection<string>>? operations)
    {
        var targets = new List<Target>();
        var errors = new List<string>();
        try
        {
            using var document = JsonDocument.Parse(json, Reading);
            foreach (var (element, index) in List(document.RootElement).Select((element, index) => (element, index)))
            {
                var place = $"targets[{index}]";
                try
                {
                    var target = element.Deserialize<Target>(Format) ?? throw new JsonException("null; an object is allowed.");
                    targets.Add(target);
                    errors.AddRange(Errors(target, index, file, operations));
                }
                catch (JsonException error)
                {
                    errors.Add($"{file}: {place}: {error.Message} Compare it with the file in the repository.");
                }
            }
        }
        catch (JsonException error)
        {
            errors.Add($"{file}: {error.Message} Compare it with the file in the repository.");
        }

        errors.AddRange(Repeated(targets, file));
        return (targets, errors);
    }

    /// <summary>Checks targets that stand in another file, by the same rules.</summary>
    /// <returns>Everything that is wrong with them, a line each.</returns>
    public static IEnumerable<string> Errors(
        IReadOnlyList<Target> targets, string file, IReadOnlyDictionary<string, IReadOnlyCollection<string>>? operations) =>
        [.. targets.SelectMany((target, index) => Errors(target, index, file, operations)), .. Repeated(targets, file)];

    /// <summary>Twelve hexadecimal digits that differ when a target does; white space does not count.</summary>
    public static string Checksum(IReadOnlyList<Target> targets)
    {
        var content = JsonSerializer.Serialize(new Content(targets), Format);
        return TextHash.Of(content, digits: 12);
    }

    private static IEnumerable<string> Errors(
        Target target, int index, string file, IReadOnlyDictionary<string, IReadOnlyCollection<string>>? operations) =>
        TargetRules.Errors(target, operations).Select(error => $"{file}: targets[{index}] {target.Id}, {error}");

    private static IEnumerable<string> Repeated(IReadOnlyList<Target> targets, string file) => targets
        .GroupBy(target => target.Id).Where(group => group.Count() > 1)
        .Select(group => $"{file}: the id {group.Key} stands {group.Count()} times; keep one line an id.");

    private static List<JsonElement> List(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("targets", out var list)
            || list.ValueKind != JsonValueKind.Array)
            throw new JsonException("An object with a list called \"targets\" is expected.");
        if (root.EnumerateObject().FirstOrDefault(
            property => property.Name != "targets") is { Value.ValueKind: not JsonValueKind.Undefined } other)
            throw new JsonException($"The field {other.Name} is unknown; only \"targets\" is allowed.");
        return [.. list.EnumerateArray()];
    }

    private sealed record Content(IReadOnlyList<Target> Targets);
}
