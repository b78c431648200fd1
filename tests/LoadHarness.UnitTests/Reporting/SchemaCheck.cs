using System.Text.Json;
using System.Text.Json.Nodes;

namespace LoadHarness.UnitTests.Reporting;

/// <summary>
/// As much of JSON Schema as the exporter of .NET writes: type, enum, anyOf, required, properties, items, additionalProperties and $ref.
/// </summary>
internal static class SchemaCheck
{
    public static IReadOnlyList<string> Faults(JsonNode schema, JsonNode? value) => [.. Faults(schema, schema, value, "$").Take(20)];

    private static IEnumerable<string> Faults(JsonNode root, JsonNode schema, JsonNode? value, string path)
    {
        if (schema is not JsonObject rules) return [];
        if (rules["$ref"] is { } reference) return Faults(root, Resolve(root, reference.GetValue<string>()), value, path);
        if (rules["anyOf"] is JsonArray any && !any.Any(one => !Faults(root, one!, value, path).Any()))
            return [$"{path}: none of the allowed forms"];
        if (rules["enum"] is JsonArray allowed && !allowed.Any(one => JsonNode.DeepEquals(one, value)))
            return [$"{path}: {value?.ToJsonString()} is not among the allowed values"];
        if (rules["type"] is { } type && !Types(type).Contains(Kind(value))
            && !(Kind(value) == "integer" && Types(type).Contains("number")))
            return [$"{path}: {Kind(value)} instead of {type.ToJsonString()}"];
        return value switch
        {
            JsonObject fields => OfFields(root, rules, fields, path),
            JsonArray items when rules["items"] is { } each =>
                items.SelectMany((item, index) => Faults(root, each, item, $"{path}[{index}]")),
            _ => [],
        };
    }

    private static IEnumerable<string> OfFields(JsonNode root, JsonObject rules, JsonObject fields, string path)
    {
        foreach (var needed in rules["required"] as JsonArray ?? [])
            if (!fields.ContainsKey(needed!.GetValue<string>())) yield return $"{path}: {needed} is missing";
        foreach (var (name, value) in fields)
        {
            if ((rules["properties"]?[name] ?? rules["additionalProperties"]) is not { } rule) continue;
            foreach (var fault in Faults(root, rule, value, $"{path}.{name}")) yield return fault;
        }
    }

    private static JsonNode Resolve(JsonNode root, string reference) => reference.Split('/', StringSplitOptions.RemoveEmptyEntries).Skip(1)
        .Aggregate(root, (node, step) => node is JsonArray list ? list[int.Parse(step, null)]! : node[step]!);

    private static IEnumerable<string> Types(JsonNode type) => type is JsonArray several
        ? several.Select(one => one!.GetValue<string>())
        : [type.GetValue<string>()];

    private static string Kind(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => value.ToJsonString().AsSpan().IndexOfAny(".eE") < 0 ? "integer" : "number",
    };
}
