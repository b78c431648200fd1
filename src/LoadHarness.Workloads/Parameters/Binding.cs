using Npgsql;
using NpgsqlTypes;

namespace LoadHarness.Workloads.Parameters;

/// <summary>Makes parameters of one type and source, and puts drawn values into them. One serves all sessions.</summary>
internal abstract class Binding
{
    public abstract NpgsqlParameter Create();

    public abstract void Put(long drawn, NpgsqlParameter parameter);
}

/// <summary>Values that were converted before the load: nothing is made while it runs.</summary>
internal sealed class ReadyBinding(object[] values, NpgsqlDbType wire) : Binding
{
    public override NpgsqlParameter Create() => new() { NpgsqlDbType = wire, Value = values[0] };

    public override void Put(long drawn, NpgsqlParameter parameter) => parameter.Value = values[drawn];
}

/// <summary>Values that are computed of what was drawn.</summary>
internal sealed class ComputedBinding<T>(Func<long, T> convert, NpgsqlDbType wire) : Binding
{
    public override NpgsqlParameter Create() => new NpgsqlParameter<T> { NpgsqlDbType = wire };

    public override void Put(long drawn, NpgsqlParameter parameter) => ((NpgsqlParameter<T>)parameter).TypedValue = convert(drawn);
}

/// <summary>Texts of which nobody knows before the load what they are: each is made what the statement wants.</summary>
internal sealed class FittedBinding(Func<long, string> text, ServerType type) : Binding
{
    public override NpgsqlParameter Create() => new() { NpgsqlDbType = type.Wire, Value = DBNull.Value };

    public override void Put(long drawn, NpgsqlParameter parameter)
    {
        var value = text(drawn);
        parameter.Value = ValueFit.Of(value, type)
            ?? throw new InvalidOperationException(
                $"the value '{Sql.StatementReader.Short(value)}' does not fit: the statement wants {type.Name}");
    }
}

internal static class BindingFactory
{
    /// <param name="column">Of the source's rows; empty for the first.</param>
    /// <param name="fault">What does not fit, as a clause; null when the binding is returned.</param>
    public static Binding? Create(ValueSource source, string column, ServerType type, out string? fault)
    {
        fault = null;
        return source switch
        {
            TextSource texts => Ready(texts, column, type, out fault),
            NumberSource numbers => Number(numbers, type, out fault),
            DateSource dates => Date(dates, type, out fault),
            UuidSource => Uuid(type, out fault),
            ComputedSource rows => Computed(rows, column, type, out fault),
            _ => throw new ArgumentOutOfRangeException(nameof(source)),
        };
    }

    private static ReadyBinding? Ready(TextSource source, string column, ServerType type, out string? fault)
    {
        var place = column.Length == 0 ? 0 : source.Columns.ToList().IndexOf(column);
        if (place < 0)
        {
            fault = $"there is no column {column}; there are {string.Join(", ", source.Columns)}";
            return null;
        }

        var values = new object[source.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var text = source.TextAt(i, place);
            if (text is null)
            {
                values[i] = DBNull.Value;
                continue;
            }

            if (ValueFit.Of(text, type) is not { } value)
            {
                fault = $"the value '{Sql.StatementReader.Short(text)}' does not fit: the statement wants {type.Name}";
                return null;
            }

            values[i] = value;
        }

        fault = null;
        return new(values, type.Wire);
    }

    private static Binding? Number(NumberSource source, ServerType type, out string? fault)
    {
        fault = null;
        var wire = type.Wire;
        var scale = 1m;
        for (var i = 0; i < source.Digits; i++) scale *= 10;
        var limits = wire switch
        {
            NpgsqlDbType.Smallint => (short.MinValue, short.MaxValue),
            NpgsqlDbType.Integer => (int.MinValue, int.MaxValue),
            NpgsqlDbType.Bigint => (long.MinValue, long.MaxValue),
            _ => ((long, long)?)null,
        };
        if (limits is var (least, most) && source is not ExpressionSource)
        {
            var wrong = source.From < least ? source.From : source.To > most ? source.To : (long?)null;
            if (wrong is { } outside)
                fault = $"the value {outside} does not fit: the statement wants {type.Name}";
            else if (source.Digits > 0)
                fault = $"a number with {source.Digits} digits behind the point does not fit: the statement wants {type.Name}";
            if (fault is not null) return null;
        }

        switch (wire)
        {
            case NpgsqlDbType.Smallint: return new ComputedBinding<short>(drawn => checked((short)drawn), wire);
            case NpgsqlDbType.Integer: return new ComputedBinding<int>(drawn => checked((int)drawn), wire);
            case NpgsqlDbType.Bigint: return new ComputedBinding<long>(drawn => drawn, wire);
            case NpgsqlDbType.Numeric: return new ComputedBinding<decimal>(drawn => drawn / scale, wire);
            case NpgsqlDbType.Real: return new ComputedBinding<float>(drawn => (float)(drawn / (double)scale), wire);
            case NpgsqlDbType.Double: return new ComputedBinding<double>(drawn => drawn / (double)scale, wire);
            case NpgsqlDbType.Text or NpgsqlDbType.Char or NpgsqlDbType.Unknown:
                return new ComputedBinding<string>(drawn => (drawn / scale).ToString(), wire);
            default:
                fault = $"a number does not fit: the statement wants {type.Name}";
                return null;
        }
    }

    private static Binding? Date(DateSource source, ServerType type, out string? fault)
    {
        fault = null;
        switch (type.Wire)
        {
            case NpgsqlDbType.Date:
                return new ComputedBinding<DateOnly>(drawn => DateOnly.FromDateTime(DateSource.MomentOf(drawn)), NpgsqlDbType.Date);
            case NpgsqlDbType.TimestampTz:
                return new ComputedBinding<DateTime>(DateSource.MomentOf, NpgsqlDbType.TimestampTz);
            case NpgsqlDbType.Timestamp:
                return new ComputedBinding<DateTime>(
                    drawn => DateTime.SpecifyKind(DateSource.MomentOf(drawn), DateTimeKind.Unspecified), NpgsqlDbType.Timestamp);
            case NpgsqlDbType.Text or NpgsqlDbType.Char or NpgsqlDbType.Unknown:
                var form = source.WholeDays ? "yyyy-MM-dd" : "O";
                return new ComputedBinding<string>(drawn => DateSource.MomentOf(drawn).ToString(form), type.Wire);
            default:
                fault = $"a date does not fit: the statement wants {type.Name}";
                return null;
        }
    }

    private static Binding? Computed(ComputedSource rows, string column, ServerType type, out string? fault)
    {
        fault = null;
        if (rows.Column(column) is not { } found)
        {
            fault = $"there is no column {column}; there are {string.Join(", ", rows.Rows.Columns.Select(one => one.Name))}";
            return null;
        }

        switch ((type.Wire, found.Number, found.Text))
        {
            case (not NpgsqlDbType.Bigint, not null, { } text): return new FittedBinding(text, type);
            case (NpgsqlDbType.Integer, { } number, _): return new ComputedBinding<int>(drawn => checked((int)number(drawn)), type.Wire);
            case (NpgsqlDbType.Bigint, { } number, _): return new ComputedBinding<long>(number, type.Wire);
            case (NpgsqlDbType.Numeric, { } number, _): return new ComputedBinding<decimal>(drawn => number(drawn), type.Wire);
            case (NpgsqlDbType.Text or NpgsqlDbType.Char or NpgsqlDbType.Unknown or NpgsqlDbType.Json or NpgsqlDbType.Jsonb, _, { } text):
                return new ComputedBinding<string>(text, type.Wire);
            case (NpgsqlDbType.Text or NpgsqlDbType.Char or NpgsqlDbType.Unknown, { } number, _):
                return new ComputedBinding<string>(drawn => number(drawn).ToString(), type.Wire);
            default:
                fault = $"the column {found.Name} does not fit: the statement wants {type.Name}";
                return null;
        }
    }

    private static Binding? Uuid(ServerType type, out string? fault)
    {
        fault = null;
        switch (type.Wire)
        {
            case NpgsqlDbType.Uuid: return new ComputedBinding<Guid>(UuidSource.Of, NpgsqlDbType.Uuid);
            case NpgsqlDbType.Text or NpgsqlDbType.Char or NpgsqlDbType.Unknown:
                return new ComputedBinding<string>(drawn => UuidSource.Of(drawn).ToString(), type.Wire);
            default:
                fault = $"a uuid does not fit: the statement wants {type.Name}";
                return null;
        }
    }
}
