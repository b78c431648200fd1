using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoadHarness.Core.Measurement;

/// <summary>A duration as a number of seconds. Decimal arithmetic keeps every tick of 100 ns.</summary>
public sealed class SecondsConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out var seconds)
            && Math.Abs(seconds) <= (decimal)TimeSpan.MaxValue.TotalSeconds / 2
            ? TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond))
            : throw new JsonException("Not a number of seconds.");

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteNumberValue((decimal)value.Ticks / TimeSpan.TicksPerSecond);
}
