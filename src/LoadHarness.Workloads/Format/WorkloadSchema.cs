using System.ComponentModel;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using LoadHarness.Core.Input;
using LoadHarness.Core.Output;

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
        ConvertedMembers.Complete(
            context.TypeInfo, node, member => Converted(member.PropertyType) is { } rules ? Described(rules, member) : null);
        if ((Converted(context.TypeInfo.Type) ?? node) is not JsonObject fields) return node;
        if (fields["properties"] is not null) fields["additionalProperties"] = false;
        return context.PropertyInfo is { } member ? Described(fields, member) : fields;
    }

    private static JsonObject Described(JsonObject rules, JsonPropertyInfo property)
    {
        if (property.AttributeProvider is not PropertyInfo member) return rules;
        if (member.GetCustomAttribute<WithinAttribute>() is { } within && Underlying(property.PropertyType) != typeof(TimeSpan))
            (rules["minimum"], rules["maximum"]) = (within.Smallest, within.Largest);
        if (member.GetCustomAttribute<DescriptionAttribute>() is { } words) rules["description"] = words.Description;
        return rules;
    }

    /// <summary>Durations and values are read by converters, which the exporter cannot look into.</summary>
    private static JsonObject? Converted(Type type) => Underlying(type) switch
    {
        var duration when duration == typeof(TimeSpan) => new() { ["type"] = "string", ["description"] = "such as 90s, 1m30s or 00:01:30" },
        var value when value == typeof(Literal) => new() { ["type"] = new JsonArray("number", "string", "boolean") },
        _ => null,
    };

    private static Type Underlying(Type type) => Nullable.GetUnderlyingType(type) ?? type;
}
