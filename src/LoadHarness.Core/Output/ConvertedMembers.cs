using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace LoadHarness.Core.Output;

/// <summary>
/// Members of a JSON Schema that have a default and a type which a converter reads. The exporter keeps their default alone, and asks for no
/// rules of theirs.
/// </summary>
public static class ConvertedMembers
{
    /// <param name="schema">Of the type; another than an object's is left as it is.</param>
    /// <param name="rulesOf">The rules of a member that a converter reads; null of another.</param>
    public static void Complete(JsonTypeInfo type, JsonNode schema, Func<JsonPropertyInfo, JsonObject?> rulesOf)
    {
        if (schema is not JsonObject fields || fields["properties"] is not JsonObject members) return;
        foreach (var member in type.Properties)
        {
            if (members[member.Name] is not JsonObject { Count: 1 } rules || !rules.TryGetPropertyValue("default", out var usual)) continue;
            foreach (var (name, rule) in rulesOf(member) ?? []) rules[name] = rule?.DeepClone();
            if (usual is null && rules["type"] is { } kinds) rules["type"] = OrNull(kinds);
        }
    }

    /// <param name="kinds">One name of a JSON type, or several.</param>
    public static JsonArray OrNull(JsonNode kinds) => kinds is JsonArray several
        ? [.. several.Select(kind => kind?.DeepClone()), "null"]
        : [kinds.DeepClone(), "null"];
}
