using System.Collections;
using System.Data.Common;
using System.Net.NetworkInformation;
using System.Numerics;
using LoadHarness.Workloads.Parameters;

namespace LoadHarness.Workloads.Running;

/// <summary>What a statement must answer: an answer that is quick and wrong is no success.</summary>
/// <param name="AtLeast">Fewest rows; no more than the most are wanted, since a page ends there.</param>
/// <param name="AtMost">Null for any number.</param>
internal sealed record AnswerCheck(DrawnValue AtLeast, DrawnValue? AtMost, IReadOnlyList<ColumnCheck> Columns)
{
    /// <summary>Any answer will do.</summary>
    public static AnswerCheck None { get; } = new(DrawnValue.Constant("0"), null, []);

    /// <summary>Reads the answer to its end.</summary>
    /// <returns>What is wrong with it, without values of the data; null when nothing is.</returns>
    public async Task<string?> FaultOfAsync(DbDataReader rows, long[] drawn, CancellationToken cancellationToken)
    {
        var count = 0L;
        string? wrong = null;
        while (await rows.ReadAsync(cancellationToken))
        {
            count++;
            for (var i = 0; wrong is null && i < Columns.Count; i++) wrong = Columns[i].FaultOf(rows, drawn);
        }

        var most = AtMost?.Number(drawn) ?? long.MaxValue;
        var least = Math.Min(AtLeast.Number(drawn) ?? 0, most);
        return count == 0 && least > 0 ? "found no row"
            : count < least ? "returned too few rows"
            : count > most ? "returned too many rows"
            : wrong;
    }
}

/// <summary>How a column's value is held against the one that is wanted.</summary>
internal enum Comparison
{
    Equal,
    Least,
    Most,
}

/// <summary>What each row must have in a column.</summary>
internal sealed record ColumnCheck(string Column, Comparison Comparison, DrawnValue Wanted)
{
    private static readonly Type[] Numbers = [typeof(long), typeof(int), typeof(short), typeof(decimal)];

    // A decimal holds it, and it is beyond all numbers that a value can be held against.
    private static readonly BigInteger Farthest = BigInteger.Pow(10, 28);

    private static readonly Type[] OfOtherTexts =
        [typeof(TimeSpan), typeof(DateTimeOffset), typeof(PhysicalAddress), typeof(BitArray), typeof(Array), typeof(object)];

    private readonly int? _place = int.TryParse(Column, out var place) && place > 0 ? place : null;
    private readonly string _missing = $"has no column {Column}";
    private readonly string _wrong = Comparison == Comparison.Equal
        ? $"returned a row with another {Column}"
        : $"returned an implausible {Column}";

    /// <summary>As the file names it, behind the statement's answer.</summary>
    public string Field { get; } = $"{$"{Comparison}".ToLowerInvariant()}.{Column}";

    /// <returns>Null when nothing is wrong.</returns>
    public string? FaultOf(DbDataReader row, long[] drawn)
    {
        if (OrdinalOf(row) is not { } ordinal) return _missing;
        if (Comparison == Comparison.Equal && Wanted.IsNull(drawn)) return row.IsDBNull(ordinal) ? null : _wrong;
        if (row.IsDBNull(ordinal)) return _wrong;
        if (Comparison == Comparison.Equal && row.GetFieldType(ordinal) == typeof(string))
            return IsSameText(row, ordinal, Wanted.Text(drawn)) ? null : _wrong;
        return Wanted.Number(drawn) is { } wanted && Number(row, ordinal) is { } there ? Holds(there, wanted) ? null : _wrong
            : Comparison == Comparison.Equal && IsSame(row.GetValue(ordinal), Wanted.Text(drawn)) ? null
            : _wrong;
    }

    /// <summary>Whether rows of the statement have it.</summary>
    public bool IsIn(DbDataReader described) => OrdinalOf(described) is not null;

    /// <summary>Holds the column's type against the comparison, before there is a row: of some types no row would be right.</summary>
    /// <returns>The type that the statement should cast the column to; null where it has one that can be compared.</returns>
    public string? CastFor(DbDataReader described)
    {
        if (described.FieldCount == 0 || OrdinalOf(described) is not { } ordinal) return null;
        var type = TypeOf(described, ordinal);
        return Comparison == Comparison.Equal
            ? type is null || IsWrittenOtherwise(type) ? "text" : null
            : type is not null && Numbers.Contains(type) ? null : "bigint";
    }

    /// <summary>As the server names the type.</summary>
    public string TypeNameOf(DbDataReader described) => described.GetDataTypeName(OrdinalOf(described)!.Value);

    // Null where the driver cannot read it, as a type of somebody's own.
    private static Type? TypeOf(DbDataReader described, int ordinal)
    {
        try
        {
            return described.GetFieldType(ordinal);
        }
        catch (Exception unread) when (unread is InvalidCastException or NotSupportedException)
        {
            return null;
        }
    }

    // .NET writes them otherwise than the server, and a person can write one value in several ways.
    private static bool IsWrittenOtherwise(Type type) =>
        (type.IsArray && type != typeof(byte[])) || OfOtherTexts.Contains(type)
        || type.GenericTypeArguments.Any(part => !Numbers.Contains(part));

    // Forms of a statement may call an expression otherwise: a place is the same in all.
    private int? OrdinalOf(DbDataReader row)
    {
        if (_place is { } place) return place <= row.FieldCount ? place - 1 : null;
        try
        {
            return row.GetOrdinal(Column);
        }
        catch (IndexOutOfRangeException)
        {
            return null;
        }
    }

    private bool Holds(decimal there, long wanted) => Comparison switch
    {
        Comparison.Equal => there == wanted,
        Comparison.Least => there >= wanted,
        _ => there <= wanted,
    };

    private decimal? Number(DbDataReader row, int ordinal)
    {
        var type = row.GetFieldType(ordinal);
        // Of Numbers.
        return type == typeof(long) ? row.GetInt64(ordinal)
            : type == typeof(int) ? row.GetInt32(ordinal)
            : type == typeof(short) ? row.GetInt16(ordinal)
            : type == typeof(decimal) ? Numeric(row, ordinal)
            : null;
    }

    // The server's numeric has more digits than a decimal.
    private decimal Numeric(DbDataReader row, int ordinal)
    {
        try
        {
            return row.GetDecimal(ordinal);
        }
        catch (OverflowException)
        {
            return Huge(row, ordinal);
        }
    }

    private decimal Huge(DbDataReader row, int ordinal)
    {
        try
        {
            return (decimal)BigInteger.Clamp(row.GetFieldValue<BigInteger>(ordinal), -Farthest, Farthest);
        }
        catch (InvalidCastException)
        {
            throw new WrongAnswerException($"returned a {Column} of more digits than can be compared: round it in the statement");
        }
    }

    // The server fills char(n) up with blanks, and takes no notice of them.
    private static bool IsSameText(DbDataReader row, int ordinal, string wanted)
    {
        var there = row.GetString(ordinal);
        return there == wanted || (there.TrimEnd(' ') == wanted.TrimEnd(' ') && IsPadded(row.GetDataTypeName(ordinal)));

        static bool IsPadded(string type) => type == "character" || type.StartsWith("character(", StringComparison.Ordinal);
    }

    // By value: a person writes true, the server t and 2026-01-31, .NET True and 01/31/2026.
    private static bool IsSame(object there, string wanted) => there switch
    {
        bool => there.Equals(ValueFit.Of(wanted, new(16, "boolean", "bool"))),
        decimal => there.Equals(ValueFit.Of(wanted, new(1700, "numeric", "numeric"))),
        DateOnly => there.Equals(ValueFit.Of(wanted, new(1082, "date", "date"))),
        DateTime { Kind: DateTimeKind.Utc } =>
            there.Equals(ValueFit.Of(wanted, new(1184, "timestamp with time zone", "timestamptz"))),
        DateTime day => there.Equals(ValueFit.Of(wanted, new(1114, "timestamp", "timestamp")))
            || there.Equals(ValueFit.Of(wanted, new(1082, "date", "date")) is DateOnly date ? date.ToDateTime(default) : null),
        TimeOnly => TimeOnly.TryParse(wanted, out var time) && there.Equals(time),
        Guid => there.Equals(ValueFit.Of(wanted, new(2950, "uuid", "uuid"))),
        double => there.Equals(ValueFit.Of(wanted, new(701, "double precision", "float8"))),
        float => there.Equals(ValueFit.Of(wanted, new(700, "real", "float4"))),
        byte[] => ValueFit.Text(there) == wanted,
        _ => Convert.ToString(there) == wanted,
    };
}

/// <summary>The answer of a statement is not what it must be.</summary>
internal sealed class WrongAnswerException(string message) : Exception(message);
