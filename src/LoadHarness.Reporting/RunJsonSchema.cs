using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Output;

namespace LoadHarness.Reporting;

/// <summary>The JSON Schema of <c>run.json</c>, made from the records themselves, so that it cannot fall behind them.</summary>
public static class RunJsonSchema
{
    private static readonly JsonSchemaExporterOptions Options = new()
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = Transform,
    };

    public static string Text()
    {
        var format = new JsonSerializerOptions(JsonFormat.Options);
        format.MakeReadOnly(populateMissingResolver: true);
        var schema = format.GetJsonSchemaAsNode(typeof(RunResult), Options).AsObject();
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "LoadHarness run.json");
        return schema.ToJsonString(new JsonSerializerOptions { WriteIndented = true }).ReplaceLineEndings("\n") + "\n";
    }

    /// <summary>Durations and texts are written by converters, which the exporter cannot look into.</summary>
    private static JsonNode Transform(JsonSchemaExporterContext context, JsonNode node)
    {
        ConvertedMembers.Complete(
            context.TypeInfo, node, member => member.PropertyType == typeof(string) ? new() { ["type"] = "string" } : null);
        var type = context.TypeInfo.Type;
        var orNull = type == typeof(TimeSpan?) || (type == typeof(string) && context.PropertyInfo?.IsGetNullable == true);
        if (type == typeof(TimeSpan) || type == typeof(TimeSpan?))
            return new JsonObject { ["type"] = Kinds("number", orNull), ["description"] = "seconds" };
        // The exporter leaves null out where NaN and the infinities are allowed.
        if (type == typeof(double?) && node["anyOf"] is JsonArray forms) forms.Add(new JsonObject { ["type"] = "null" });
        return type == typeof(string) ? new JsonObject { ["type"] = Kinds("string", orNull) } : node;
    }

    private static JsonNode Kinds(string kind, bool orNull) => orNull ? new JsonArray(kind, "null") : kind;
}
