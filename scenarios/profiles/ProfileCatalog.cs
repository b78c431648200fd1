using System.Text.Json;
using System.Text.Json.Serialization;
using LoadHarness.Core;

namespace LoadHarness.Scenarios.Profiles;

/// <summary>The profiles that lie beside the program; a file added there is a profile more.</summary>
public static class ProfileCatalog
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
    };

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "scenarios", "profiles");

    public static IReadOnlyList<string> Names() =>
        [.. Directory.EnumerateFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    /// <exception cref="HarnessException">The file is not a profile; the message names the file and the place.</exception>
    public static LoadProfile Read(string name)
    {
        var path = Path.Combine(Folder, name + ".json");
        try
        {
            return JsonSerializer.Deserialize<LoadProfile>(File.ReadAllText(path), Format)
                ?? throw new HarnessException($"{path}: the file is empty. Copy another profile and change it.", ExitCode.BadUsage);
        }
        catch (JsonException error)
        {
            throw new HarnessException($"{path}: {error.Message} Compare it with another profile.", ExitCode.BadUsage, error);
        }
    }
}
