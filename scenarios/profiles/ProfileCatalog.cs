using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using LoadHarness.Core;
using LoadHarness.Core.Input;

namespace LoadHarness.Scenarios.Profiles;

/// <summary>The profiles that ship with the program, by name, and any other by the path of its file.</summary>
public static class ProfileCatalog
{
    /// <summary>A profile is a page of text.</summary>
    private const long LargestFile = 1_000_000;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.Strict,
        ReadCommentHandling = JsonCommentHandling.Skip,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        Converters = { new DurationText() },
    };

    private static readonly JsonShape Shape = new(Format, unknownFieldsAreFaults: true);

    /// <summary>What was checked is what runs, also when the file is changed while the database is seeded.</summary>
    private static readonly ConcurrentDictionary<string, LoadProfile> Checked = new();

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "scenarios", "profiles");

    public static IReadOnlyList<string> Names() =>
        [.. Directory.EnumerateFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file))
            .Order(StringComparer.Ordinal)];

    /// <param name="nameOrPath">A name of a shipped one, or the path of a file that ends in .json.</param>
    /// <param name="faults">Everything that is wrong with it, a line each; nothing when the profile is returned.</param>
    public static LoadProfile? Find(string nameOrPath, out IReadOnlyList<string> faults)
    {
        var isPath = IsPath(nameOrPath);
        if (!isPath && !Names().Contains(nameOrPath))
        {
            faults = [$"--profile '{nameOrPath}': there is no such profile. "
                + $"{Spelling.Advice(nameOrPath, Names())}, or the path of a file that ends in .json."];
            return null;
        }

        var path = FileOf(nameOrPath);
        var (profile, found) = ReadFile(path);
        faults = [.. InputFault.Lines(path, found)];
        if (profile is not null) Checked[nameOrPath] = profile;
        return profile;
    }

    /// <exception cref="HarnessException">
    /// There is no such profile, or its file is not one; the message names the file and every field.
    /// </exception>
    public static LoadProfile Read(string nameOrPath) =>
        Checked.TryGetValue(nameOrPath, out var known) ? known
        : Find(nameOrPath, out var faults) is { } profile ? profile
        : throw new HarnessException(string.Join(Environment.NewLine, faults), ExitCode.BadUsage);

    /// <summary>Where it is read from.</summary>
    public static string FileOf(string nameOrPath) => IsPath(nameOrPath) ? nameOrPath : Path.Combine(Folder, nameOrPath + ".json");

    /// <summary>The name that a report knows it by; a baseline knows its content too.</summary>
    public static string NameOf(string nameOrPath) => IsPath(nameOrPath) ? Path.GetFileNameWithoutExtension(nameOrPath) : nameOrPath;

    private static bool IsPath(string nameOrPath) =>
        nameOrPath.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || nameOrPath.Contains(Path.DirectorySeparatorChar)
            || nameOrPath.Contains('/');

    private static (LoadProfile? Profile, IReadOnlyList<InputFault> Faults) ReadFile(string path)
    {
        var (bytes, unreadable) = InputFile.Read(
            path, LargestFile, "Give the name of a profile, or the path of a file like those in scenarios/profiles");
        if (unreadable is not null) return (null, [unreadable]);
        var faults = Shape.Check<LoadProfile>(bytes).ToList();
        // What is not JSON has no name to look at.
        if (!faults.Any(fault => fault.Field.Length == 0)) faults.AddRange(Whole(bytes, Path.GetFileNameWithoutExtension(path)));
        if (faults.Count > 0) return (null, faults);
        var profile = JsonSerializer.Deserialize<LoadProfile>(bytes, Format);
        // The first requests of the users are spread over a whole think time: some would lie behind the end.
        return profile?.MixedUsers is { } mix && mix.ThinkTime > mix.During
            ? (null, [new("mixedUsers.thinkTime",
                $"it is {mix.ThinkTime.TotalSeconds:0.###} s, and the users stay {mix.During.TotalSeconds:0.###} s: some would never send",
                $"Allowed: up to {mix.During.TotalSeconds:0.###} s, as during says")])
            : (profile, []);
    }

    // The report knows a profile by its name alone: a copy that kept the name of its original would pass for it.
    private static IEnumerable<InputFault> Whole(byte[] bytes, string fileName)
    {
        using var text = JsonDocument.Parse(bytes, new() { CommentHandling = JsonCommentHandling.Skip });
        if (text.RootElement.ValueKind != JsonValueKind.Object) yield break;
        var fields = text.RootElement.EnumerateObject().ToList();
        foreach (var name in fields.Where(field => field.Name == "name" && field.Value.ValueKind == JsonValueKind.String)
            .Select(field => field.Value.GetString()!))
            if (name != fileName) yield return new("name", $"it is \"{Bounded(name)}\"", $"Allowed: \"{fileName}\", as the file is called");
        if (!fields.Any(field => field.Value.ValueKind == JsonValueKind.Object))
            yield return new("", "the profile has no scenario",
                "Give at least one of leadQueries, leadSearch, segmentation, bulkImport, campaignSend, mixedUsers");
    }

    private static string Bounded(string text) => text.Length <= 60 ? text : $"{text[..60]}... + {text.Length - 60} characters";
}
