using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LoadHarness.Core.Input;

/// <summary>
/// Holds a JSON text against the record that it is to be read into, and finds everything that is wrong in it: syntax, missing and unknown
/// fields, fields that stand twice, nulls, wrong types, numbers out of range. The serializer alone would stop at the first, and lets some
/// pass.
/// </summary>
/// <param name="unknownFieldsAreFaults">False for files of a newer program that may say more.</param>
public sealed class JsonShape(JsonSerializerOptions options, bool unknownFieldsAreFaults)
{
    private readonly JsonFields _fields = new(Ready(options));

    public IReadOnlyList<InputFault> Check<T>(ReadOnlySpan<byte> json)
    {
        var walk = new Walk(this);
        var reader = new Utf8JsonReader(
            json, new JsonReaderOptions
            {
                CommentHandling = options.ReadCommentHandling,
                AllowTrailingCommas = options.AllowTrailingCommas
            });
        try
        {
            reader.Read();
            walk.Value(ref reader, typeof(T), nullable: false, within: null);
            // Whatever follows the value is an error of syntax.
            reader.Read();
        }
        catch (JsonException syntax)
        {
            var where = walk.Path.Length == 0 ? "" : $", at or after {walk.Path}";
            walk.Add("",
                $"it is not whole JSON: line {syntax.LineNumber + 1}, byte {syntax.BytePositionInLine + 1}{where}: {Plain(syntax.Message)}",
                "Correct it, or take an unchanged copy");
        }
        catch (TooManyFaultsException)
        {
            // What was found is enough to be sent back with.
        }

        return walk.Faults;
    }

    // The serializer would do so at its first use; here its metadata is asked for before that.
    private static JsonSerializerOptions Ready(JsonSerializerOptions options)
    {
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private static string Plain(string message) =>
        (message.IndexOf(" LineNumber:", StringComparison.Ordinal) is > 0 and var end ? message[..end] : message).TrimEnd('.');

    private sealed class TooManyFaultsException : Exception;

    /// <summary>One pass over one text.</summary>
    private sealed class Walk(JsonShape shape)
    {
        private const int MostFaults = 50;
        private const int MostEntries = 1_000_000;

        private readonly List<InputFault> _faults = [];
        private readonly List<string> _path = [];

        public IReadOnlyList<InputFault> Faults => _faults;

        public string Path => string.Concat(_path).TrimStart('.');

        public void Add(string field, string wrong, string allowed)
        {
            _faults.Add(new(field, wrong, allowed));
            if (_faults.Count >= MostFaults) throw new TooManyFaultsException();
        }

        public void Value(ref Utf8JsonReader reader, Type type, bool nullable, WithinAttribute? within)
        {
            if (reader.TokenType == JsonTokenType.Null && nullable) return;
            var info = shape.Options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);
            switch (info.Kind, reader.TokenType)
            {
                case (JsonTypeInfoKind.Object, JsonTokenType.StartObject): Fields(ref reader, info); break;
                case (JsonTypeInfoKind.Dictionary, JsonTokenType.StartObject): Entries(ref reader, info); break;
                case (JsonTypeInfoKind.Enumerable, JsonTokenType.StartArray): Items(ref reader, info); break;
                case (JsonTypeInfoKind.None, not (JsonTokenType.StartObject or JsonTokenType.StartArray or JsonTokenType.Null)):
                    Leaf(
                    ref reader, info, within); break;
                default: Wrong(ref reader, info, within); break;
            }
        }

        private void Fields(ref Utf8JsonReader reader, JsonTypeInfo info)
        {
            var known = shape._fields.Of(info);
            var seen = new HashSet<string>(known.Count, StringComparer.OrdinalIgnoreCase);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = Name(ref reader);
                Inside("." + name);
                if (!seen.Add(name)) Add(Path, "it stands twice", "Keep one of them");
                reader.Read();
                if (known.TryGetValue(name, out var field))
                {
                    Value(ref reader, field.Type, field.Nullable, field.Within);
                }
                else
                {
                    if (shape.UnknownFieldsAreFaults) Add(Path, "there is no such field", Spelling.Advice(name, [.. known.Keys]));
                    reader.Skip();
                }

                Outside();
            }

            foreach (var field in known.Values.Where(field => field.Required && !seen.Contains(field.Name)))
                Add($"{Path}.{field.Name}".TrimStart('.'), "it is missing",
                    JsonWords.Allowed(shape.Options.GetTypeInfo(field.Type), field.Within));
        }

        private void Entries(ref Utf8JsonReader reader, JsonTypeInfo info)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = Name(ref reader);
                Inside("." + name);
                if (!seen.Add(name)) Add(Path, "it stands twice", "Keep one of them");
                reader.Read();
                Value(ref reader, info.Type.GetGenericArguments()[^1], nullable: false, within: null);
                Outside();
            }
        }

        private void Items(ref Utf8JsonReader reader, JsonTypeInfo info)
        {
            var type = info.Type.GetGenericArguments()[^1];
            for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
            {
                Inside($"[{index}]");
                if (index == MostEntries)
                {
                    Add(Path, $"the list has more than {MostEntries:N0} entries", "Take an unchanged copy");
                    throw new TooManyFaultsException();
                }

                Value(ref reader, type, nullable: false, within: null);
                Outside();
            }
        }

        private void Leaf(ref Utf8JsonReader reader, JsonTypeInfo info, WithinAttribute? within)
        {
            var start = reader;
            try
            {
                if (JsonWords.Holds(JsonSerializer.Deserialize(ref reader, info), within)) return;
                reader = start;
            }
            catch (Exception unfit) when (
                unfit is JsonException or FormatException or InvalidOperationException or OverflowException or NotSupportedException)
            {
                reader = start;
            }

            Wrong(ref reader, info, within);
        }

        private void Wrong(ref Utf8JsonReader reader, JsonTypeInfo info, WithinAttribute? within)
        {
            Add(Path, $"it is {JsonWords.Shown(ref reader)}", JsonWords.Allowed(info, within));
            reader.Skip();
        }

        private string Name(ref Utf8JsonReader reader)
        {
            try
            {
                return reader.GetString()!;
            }
            catch (InvalidOperationException)
            {
                Add(Path, "the name of a field is no valid text", "Correct it, or take an unchanged copy");
                return Encoding.ASCII.GetString(reader.ValueSpan);
            }
        }

        private void Inside(string part) => _path.Add(part);

        private void Outside() => _path.RemoveAt(_path.Count - 1);
    }

    private JsonSerializerOptions Options => options;

    private bool UnknownFieldsAreFaults => unknownFieldsAreFaults;
}
