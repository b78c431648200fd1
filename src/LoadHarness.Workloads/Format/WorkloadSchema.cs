using System.ComponentModel;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using LoadHarness.Core.Input;

namespace LoadHarness.Workloads.Format;

/// <summary>The JSON Schema of <c>workload.json</c>, made from the records themselves, so that it cannot fall behind them.</summary>
public static class WorkloadSchema
{
    private static readonly JsonSchemaExporterOptions Options = new()
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = Transform,
    };

    public static string Text()
    {
        var schema = WorkloadFormat.Options.GetJsonSchemaAsNode(typeof(WorkloadFile), Options).AsObject();
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "LoadHarness workload.json");
        return schema.ToJsonString(WorkloadFormat.Options).ReplaceLineEndings("\n") + "\n";
    }

    private static JsonNode Transform(JsonSchemaExporterContext context, JsonNode node)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        var rules = Converted(type) ?? node;
        var member = context.PropertyInfo?.AttributeProvider as PropertyInfo;
        if (rules is not JsonObject fields) return rules;
        if (fields["properties"] is not null) fields["additionalProperties"] = false;
        if (member?.GetCustomAttribute<WithinAttribute>() is { } within && type != typeof(TimeSpan))
            (fields["minimum"], fields["maximum"]) = (within.Smallest, within.Largest);
        if (member?.GetCustomAttribute<DescriptionAttribute>() is { } words) fields["description"] = words.Description;
        return rules;
    }

    /// <summary>Durations and values are read by converters, which the exporter cannot look into.</summary>
    private static JsonObject? Converted(Type type) =>
        type == typeof(TimeSpan) ? new JsonObject { ["type"] = "string", ["description"] = "such as 90s, 1m30s or 00:01:30" }
        : type == typeof(Literal) ? new JsonObject { ["type"] = new JsonArray("number", "string", "boolean") }
        : null;
}
