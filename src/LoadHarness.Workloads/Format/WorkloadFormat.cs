using System.Text.Json;
using System.Text.Json.Serialization;
using LoadHarness.Core.Input;

namespace LoadHarness.Workloads.Format;

/// <summary>How <c>workload.json</c> is read and written.</summary>
public static class WorkloadFormat
{
    public const string FileName = "workload.json";

    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.Strict,
        ReadCommentHandling = JsonCommentHandling.Skip,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new DurationText(), new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    private static readonly JsonShape Shape = new(Options, unknownFieldsAreFaults: true);

    /// <returns>The file, or everything that is wrong with its shape.</returns>
    public static (WorkloadFile? File, IReadOnlyList<InputFault> Faults) Read(byte[] bytes)
    {
        var faults = Shape.Check<WorkloadFile>(bytes);
        return faults.Count > 0 ? (null, faults) : (JsonSerializer.Deserialize<WorkloadFile>(bytes, Options), []);
    }
}
