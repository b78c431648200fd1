using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoadHarness.Core.Output;

/// <summary>Cuts a text that no page has room for, and says so: an error, a plan or a name may have any length.</summary>
internal sealed class BoundedText : JsonConverter<string>
{
    /// <summary>A long plan has some hundred lines.</summary>
    private const int Longest = 20_000;

    private const int RoomForTheNote = 40;

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Cut(Text(ref reader));

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(Cut(value));

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Cut(reader.GetString());

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WritePropertyName(Cut(value));

    // A cut text with its note is short enough to be left alone the next time.
    private static string Cut(string? text) =>
        text is null || text.Length <= Longest ? text!
            : $"{Whole(text, Longest - RoomForTheNote)} ... + {text.Length - Longest + RoomForTheNote:N0} characters";

    // Half of a surrogate pair is no text.
    private static ReadOnlySpan<char> Whole(string text, int length) =>
        text.AsSpan(0, char.IsHighSurrogate(text[length - 1]) ? length - 1 : length);

    private static string? Text(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.String or JsonTokenType.Null ? reader.GetString() : throw new JsonException("Not a text.");
}

/// <summary>For texts that mean nothing when they are cut, such as encoded histograms.</summary>
public sealed class WholeText : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.String or JsonTokenType.Null ? reader.GetString() : throw new JsonException("Not a text.");

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
