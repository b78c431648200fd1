using System.Buffers.Binary;
using System.Text;

namespace LoadHarness.Postgres.Copying;

/// <summary>Reads the fields of one row in PostgreSQL's binary COPY format, in their order.</summary>
public ref struct CopyRowReader(ReadOnlySpan<byte> row)
{
    private const int Null = -1;

    // A row begins with the number of its columns, two bytes.
    private ReadOnlySpan<byte> _rest = row[2..];

    public void Skip(int fields)
    {
        for (; fields > 0; fields--) Field();
    }

    public string? TextOrNull() => BinaryPrimitives.ReadInt32BigEndian(_rest) == Null ? NullField() : Text();

    public string Text() => Encoding.UTF8.GetString(Field());

    public string Json() => Encoding.UTF8.GetString(Field()[1..]); // after the version of jsonb's binary form

    /// <summary>A flat array without nulls.</summary>
    public string[] TextArray()
    {
        // Four bytes each: number of dimensions, whether there are nulls, type; of a dimension, number of items and index of the first.
        var array = Field();
        if (BinaryPrimitives.ReadInt32BigEndian(array) == 0) return [];
        var items = new string[BinaryPrimitives.ReadInt32BigEndian(array[12..])];
        array = array[20..];
        for (var item = 0; item < items.Length; item++) items[item] = Encoding.UTF8.GetString(Next(ref array));
        return items;
    }

    private string? NullField()
    {
        Field();
        return null;
    }

    private ReadOnlySpan<byte> Field() => Next(ref _rest);

    private static ReadOnlySpan<byte> Next(scoped ref ReadOnlySpan<byte> fields)
    {
        var field = fields.Slice(4, Math.Max(BinaryPrimitives.ReadInt32BigEndian(fields), 0));
        fields = fields[(4 + field.Length)..];
        return field;
    }
}
