using System.Text.Json;
using System.Text.Json.Nodes;

namespace LoadHarness.Postgres.Workload;

/// <summary>What a segment means, written a second time and without SQL: the compiler is judged against it.</summary>
public static class SegmentOracle
{
    public static bool Matches(SegmentLead lead, JsonObject condition)
    {
        if (condition["and"] is JsonArray all) return all.All(part => Matches(lead, part!.AsObject()));
        if (condition["or"] is JsonArray any) return any.Any(part => Matches(lead, part!.AsObject()));
        if (condition["not"] is JsonObject negated) return !Matches(lead, negated);
        return Leaf(lead, (string)condition["field"]!, (string)condition["operator"]!, condition["value"]);
    }

    private static bool Leaf(SegmentLead lead, string field, string op, JsonNode? value) => op switch
    {
        "not_equals" => !Leaf(lead, field, "equals", value),
        "not_contains" => !Leaf(lead, field, "contains", value),
        _ when field == "tags" => Tags(lead.Tags, op, value),
        _ when field == "created_at" => Time(lead.CreatedAt, op, value),
        _ when field == "updated_at" => Time(lead.UpdatedAt, op, value),
        _ when field.StartsWith("custom.", StringComparison.Ordinal) => Custom(lead.CustomFields, field["custom.".Length..], op, value),
        _ => Text(lead.TextOf(field), op, value),
    };

    private static bool Text(string? text, string op, JsonNode? value) => op switch
    {
        "exists" => text is not null == Flag(value),
        _ when text is null => false,
        "equals" => text == (string)value!,
        "in" => value!.AsArray().Any(one => text == (string)one!),
        "contains" => text.ToLowerInvariant().Contains(((string)value!).ToLowerInvariant(), StringComparison.Ordinal),
        "starts_with" => text.ToLowerInvariant().StartsWith(((string)value!).ToLowerInvariant(), StringComparison.Ordinal),
        _ => throw new ArgumentOutOfRangeException(nameof(op), op, "no operator on texts"),
    };

    private static bool Tags(string[] tags, string op, JsonNode? value)
    {
        if (op == "exists") return tags.Length > 0 == Flag(value);
        var wanted = value is JsonArray list ? list.Select(one => (string)one!).ToArray() : [(string)value!];
        return op switch
        {
            "contains" => wanted.All(tags.Contains),
            "in" => wanted.Any(tags.Contains),
            "equals" => wanted.ToHashSet(StringComparer.Ordinal).SetEquals(tags),
            _ => throw new ArgumentOutOfRangeException(nameof(op), op, "no operator on tags"),
        };
    }

    private static bool Time(DateTime time, string op, JsonNode? value) => op == "exists"
        ? Flag(value)
        : SegmentTime.Of((string)value!)!.Value.Meets(time, op);

    private static bool Custom(JsonObject fields, string key, string op, JsonNode? value)
    {
        var there = fields.TryGetPropertyValue(key, out var node);
        if (op == "exists") return there == Flag(value);
        if (node is null) return false;
        return op switch
        {
            "equals" when TimeOf(value!) is not null => CustomTime(node, op, value!),
            "equals" => JsonNode.DeepEquals(node, value),
            "in" => value!.AsArray().Any(one => JsonNode.DeepEquals(node, one)),
            "greater_than" => node.GetValueKind() == JsonValueKind.Number && node.GetValue<decimal>() > value!.GetValue<decimal>(),
            "less_than" => node.GetValueKind() == JsonValueKind.Number && node.GetValue<decimal>() < value!.GetValue<decimal>(),
            "before" or "after" => CustomTime(node, op, value!),
            _ => Text(node.ToString(), op, value),
        };
    }

    // What is no time meets no condition on times.
    private static bool CustomTime(JsonNode node, string op, JsonNode value) => TimeOf(node) is { } time
        && TimeOf(value)!.Value.Meets(time.From, op);

    private static SegmentTime? TimeOf(JsonNode node) => node.GetValueKind() == JsonValueKind.String ? SegmentTime.Of((string)node!) : null;

    private static bool Flag(JsonNode? value) => value is null || (bool)value;
}
