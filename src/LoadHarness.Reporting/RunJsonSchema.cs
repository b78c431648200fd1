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

    private static JsonNode Transform(JsonSchemaExporterContext context, JsonNode node)
    {
        ConvertedMembers.Complete(context.TypeInfo, node, member => Converted(member.PropertyType));
        var type = context.TypeInfo.Type;
        // The exporter leaves null out where NaN and the infinities are allowed.
        if (type == typeof(double?) && node["anyOf"] is JsonArray forms) forms.Add(new JsonObject { ["type"] = "null" });
        if (Converted(type) is not { } rules) return node;
        if (type == typeof(TimeSpan?) || (type == typeof(string) && context.PropertyInfo?.IsGetNullable == true))
            rules["type"] = ConvertedMembers.OrNull(rules["type"]!);
        return rules;
    }

    /// <summary>Durations and texts are written by converters, which the exporter cannot look into.</summary>
    private static JsonObject? Converted(Type type) =>
        type == typeof(TimeSpan) || type == typeof(TimeSpan?) ? new() { ["type"] = "number", ["description"] = "seconds" }
        : type == typeof(string) ? new() { ["type"] = "string" }
        : null;
}
