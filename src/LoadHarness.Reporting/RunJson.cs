using System.Text.Json;
using System.Text.Json.Serialization;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting;

/// <summary>
/// <c>run.json</c>: the whole <see cref="RunResult"/> in camelCase. Durations are numbers of seconds, exact to 100 ns; times are ISO 8601;
/// histograms are HdrHistogram's V2 compressed form in Base64.
/// </summary>
public static class RunJson
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        IgnoreReadOnlyProperties = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new SecondsConverter(), new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <exception cref="HarnessException">It could not be written; a file that was there before is untouched.</exception>
    public static Task WriteAsync(RunResult run, string path, CancellationToken cancellation) =>
        WholeFile.WriteAsync(path, file => JsonSerializer.SerializeAsync(file, run, Format, cancellation));

    /// <exception cref="HarnessException">The file is absent, not a run, or of a version that this program does not know.</exception>
    public static async Task<RunResult> ReadAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path))
            throw new HarnessException($"{path}: there is no such file. Give the run.json of a run, found in its output directory.", ExitCode.BadUsage);

        var bytes = await File.ReadAllBytesAsync(path, cancellation);
        try
        {
            CheckVersion(JsonSerializer.Deserialize<VersionOnly>(bytes, Format)?.SchemaVersion, path);
            return JsonSerializer.Deserialize<RunResult>(bytes, Format)!;
        }
        catch (JsonException error)
        {
            throw new HarnessException($"{path}: not a run.json of this program. {error.Message} Measure again, or take an unchanged copy.", ExitCode.BadUsage, error);
        }
    }

    private static void CheckVersion(int? version, string path)
    {
        if (version is null)
            throw new HarnessException($"{path}: it has no schemaVersion, so it is not a run.json. Give the one that a run wrote.", ExitCode.BadUsage);
        if (version > RunResult.CurrentSchemaVersion)
        {
            throw new HarnessException(
                $"{path}: it is of schema version {version}, and this program reads versions up to {RunResult.CurrentSchemaVersion}. Use the newer program that wrote it.",
                ExitCode.BadUsage);
        }
    }

    private sealed record VersionOnly(int? SchemaVersion);
}
