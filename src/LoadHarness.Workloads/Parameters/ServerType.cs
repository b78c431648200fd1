using NpgsqlTypes;

namespace LoadHarness.Workloads.Parameters;

/// <summary>A type as the server names it.</summary>
/// <param name="Name">As a person writes it: <c>timestamp with time zone</c>.</param>
/// <param name="Base">Short name, of a domain that of its base type: <c>timestamptz</c>.</param>
internal sealed record ServerType(uint Oid, string Name, string Base)
{
    /// <summary>How it is sent; types without one of their own are sent as text, and the server reads them.</summary>
    public NpgsqlDbType Wire => Base switch
    {
        "int2" => NpgsqlDbType.Smallint,
        "int4" => NpgsqlDbType.Integer,
        "int8" => NpgsqlDbType.Bigint,
        "numeric" => NpgsqlDbType.Numeric,
        "float4" => NpgsqlDbType.Real,
        "float8" => NpgsqlDbType.Double,
        "bool" => NpgsqlDbType.Boolean,
        "text" or "varchar" or "name" => NpgsqlDbType.Text,
        // As a text, it would turn the column into one: no index of it is used then, and blanks at the end count.
        "bpchar" => NpgsqlDbType.Char,
        "uuid" => NpgsqlDbType.Uuid,
        "date" => NpgsqlDbType.Date,
        "timestamp" => NpgsqlDbType.Timestamp,
        "timestamptz" => NpgsqlDbType.TimestampTz,
        "json" => NpgsqlDbType.Json,
        "jsonb" => NpgsqlDbType.Jsonb,
        _ => NpgsqlDbType.Unknown,
    };
}
