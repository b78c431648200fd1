using System.Text.Json.Nodes;
using CsCheck;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.IntegrationTests.Segments;

/// <summary>Random leads and random segments over the same few words, so that most conditions match some leads and not others.</summary>
internal static class SegmentGen
{
    private static readonly string[] Words = ["ann", "Bob", "É-Café", "100%", "a_b", "o'neil", "back\\slash", "\"quoted\"", "Zed", "x"];
    private static readonly string[] TagWords = ["newsletter", "customer", "vip", "o'tag", "a,b", "{brace}", "with space", "É"];
    private static readonly string[] Statuses = ["active", "unsubscribed", "bounced", "complained"];
    private static readonly string[] Keys =
        ["plan", "score", "opt-in", "last_order_at", "First Name", "größe", "k.1", "o'key \"quoted\""];
    private static readonly string[] Zones = ["", "Z", "+05:00", "-05:30", "+14:00"];
    private static readonly string[] NoDates =
        ["2026-02-30", "2026-13-01", "abcd-ef-gh zzz", "2026-01-10T25:00", "20260110", "2026-01-10 noon"];
    private static readonly DateTime Epoch = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private static readonly Gen<string> Word = Gen.OneOf(Words);
    private static readonly Gen<string> Date = Gen.Int[0, 40].Select(day => Epoch.AddDays(day).ToString("yyyy-MM-dd", null));
    // Half of all texts with a time are a date alone.
    private static readonly Gen<string> Time = Gen.Select(
        Gen.Int[0, 40 * 24], Gen.OneOf("yyyy-MM-dd", "yyyy-MM-dd", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-dd HH:mm"), Gen.OneOf(Zones),
        (hour, format, zone) => Epoch.AddHours(hour).ToString(format, null) + zone);

    private static readonly Gen<DateTime> Instant = Gen.Int[0, 40 * 24].Select(hour => Epoch.AddHours(hour));

    private static readonly Gen<JsonNode> Scalar = Gen.OneOf<JsonNode>(
        Word.Select(word => (JsonNode)JsonValue.Create(word)!),
        Gen.Int[-5, 5].Select(number => (JsonNode)JsonValue.Create((decimal)number / 2)),
        Gen.Bool.Select(flag => (JsonNode)JsonValue.Create(flag)),
        Date.Select(date => (JsonNode)JsonValue.Create(date)!),
        Time.Select(time => (JsonNode)JsonValue.Create(time)!),
        Gen.OneOf(NoDates).Select(text => (JsonNode)JsonValue.Create(text)!));

    public static Gen<SegmentLead> Lead(int number) => Gen.Select(
        Word, Maybe(Word), Maybe(Word), Gen.OneOf(Statuses), Gen.OneOf(TagWords).Array[0, 4], Gen.Select(Gen.OneOf(Keys), Scalar)
            .Array[0, 4], Instant, Instant,
        (word, name, company, status, tags, fields, created, updated) => new SegmentLead(
            $"lead{number}.{(char.IsLetter(word[0]) ? char.ToLowerInvariant(word[0]) : 'q')}@own.io", name, company,
                company is null ? "api" : null, status, name is null ? "CTO" : null,
            [.. tags.Distinct()], FieldsOf(fields), created, updated));

    /// <param name="depth">Groups above a leaf, at most.</param>
    public static Gen<JsonObject> Segment(int depth) => depth == 0
        ? Leaf
        : Gen.Frequency<JsonObject>(
            (2, Leaf),
            (2, Segment(depth - 1).Array[1, 4].Select(parts => Group("and", parts))),
            (2, Segment(depth - 1).Array[1, 4].Select(parts => Group("or", parts))),
            (1, Segment(depth - 1).Select(part => new JsonObject { ["not"] = part.DeepClone() })));

    private static Gen<JsonObject> Leaf => Gen.OneOf<JsonObject>(TextLeaf, TagLeaf, TimeLeaf, CustomLeaf, CustomLeaf, ExistsLeaf);

    private static Gen<JsonObject> TextLeaf => Gen.Select(
        Gen.OneOf("email", "name", "company", "source", "status", "position"),
            Gen.OneOf("equals", "not_equals", "contains", "not_contains", "starts_with", "in"),
        Gen.OneOf<string>(Word, Gen.OneOf(Statuses), Gen.OneOf("own", "LEAD1", "api", "CTO", "é", "%", "_", "\\")),
        (column, op, word) => Condition(
            column, op, op == "in"
            ? new JsonArray(Lowered(column, word), Lowered(column, "Zed"))
            : JsonValue.Create(Lowered(column, word))));

    private static Gen<JsonObject> TagLeaf => Gen.Select(
        Gen.OneOf("contains", "not_contains", "equals", "not_equals", "in"), Gen.OneOf(TagWords), Gen.OneOf(TagWords), Gen.Bool,
        (op, one, other, list) => Condition("tags", op, list || op == "in" ? new JsonArray(one, other) : JsonValue.Create(one)));

    private static Gen<JsonObject> TimeLeaf => Gen.Select(
        Gen.OneOf("created_at", "updated_at"), Gen.OneOf("before", "after", "equals", "not_equals", "less_than", "greater_than"), Time,
        (column, op, at) => Condition(column, op, JsonValue.Create(at)));

    private static Gen<JsonObject> CustomLeaf => Gen.Select(
        Gen.OneOf(Keys), Gen.OneOf("equals", "not_equals", "in", "contains", "not_contains", "starts_with", "greater_than", "less_than",
            "before", "after"), Scalar, Word, Time, Scalar.Array[0, 12],
        (key, op, scalar, word, time, others) => Condition($"custom.{key}", op, op switch
        {
            "in" => new JsonArray([scalar.DeepClone(), JsonValue.Create(word), .. others.Select(other => other.DeepClone())]),
            "equals" or "not_equals" => scalar.DeepClone(),
            "greater_than" or "less_than" =>
                JsonValue.Create(scalar is JsonValue value && value.TryGetValue<decimal>(out var number) ? number : 0.5m),
            "before" or "after" => JsonValue.Create(time),
            _ => JsonValue.Create(word),
        }));

    private static Gen<JsonObject> ExistsLeaf => Gen.Select(
        Gen.OneOf("name", "company", "tags", "created_at", "custom.plan", "custom.score"), Gen.OneOf<bool?>(true, false, null),
        (column, flag) => flag is null
            ? new JsonObject { ["field"] = column, ["operator"] = "exists" }
            : Condition(column, "exists", JsonValue.Create(flag.Value)));

    // An address is compared in lower case, and stored so.
    private static string Lowered(string column, string word) => column == "email" ? word.ToLowerInvariant() : word;

    private static JsonObject Condition(string column, string op, JsonNode? value) => new()
    {
        ["field"] = column,
        ["operator"] = op,
        ["value"] = value,
    };

    private static JsonObject Group(string kind, JsonObject[] parts) => new()
    {
        [kind] = new JsonArray([.. parts.Select(part => part.DeepClone())]),
    };

    private static JsonObject FieldsOf((string Key, JsonNode Value)[] fields)
    {
        var result = new JsonObject();
        foreach (var (key, value) in fields) result[key] = value.DeepClone();
        return result;
    }

    private static Gen<string?> Maybe(Gen<string> gen) => Gen.Select(Gen.Bool, gen, (there, word) => there ? word : (string?)null);
}
