using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LoadHarness.Core.Input;

/// <summary>A field of a record as it stands in a file.</summary>
/// <param name="Required">The file must name it.</param>
/// <param name="Nullable">It may be null there.</param>
internal sealed record JsonField(string Name, Type Type, bool Required, bool Nullable, WithinAttribute? Within);

/// <summary>The fields of each record, as the serializer knows them.</summary>
internal sealed class JsonFields(JsonSerializerOptions options)
{
    private readonly ConcurrentDictionary<Type, IReadOnlyDictionary<string, JsonField>> _known = new();
    private readonly NullabilityInfoContext _nullability = new();

    public IReadOnlyDictionary<string, JsonField> Of(JsonTypeInfo type) => _known.GetOrAdd(type.Type, _ => Read(type));

    private Dictionary<string, JsonField> Read(JsonTypeInfo type) => type.Properties
        .Where(property => property.Set is not null || property.AssociatedParameter is not null)
        .Select(Field)
        .ToDictionary(field => field.Name, options.PropertyNameCaseInsensitive ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);

    private JsonField Field(JsonPropertyInfo property)
    {
        var member = property.AttributeProvider as PropertyInfo;
        var required = property.IsRequired || property.AssociatedParameter is { HasDefaultValue: false };
        return new(property.Name, property.PropertyType, required, MayBeNull(property.PropertyType, member),
            member?.GetCustomAttribute<WithinAttribute>());
    }

    private bool MayBeNull(Type type, PropertyInfo? member)
    {
        if (type.IsValueType) return Nullable.GetUnderlyingType(type) is not null;
        if (member is null) return true;
        // The context keeps a cache that is not safe for several threads.
        lock (_nullability) return _nullability.Create(member).ReadState == NullabilityState.Nullable;
    }
}
