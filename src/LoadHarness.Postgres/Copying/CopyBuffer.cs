using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;

namespace LoadHarness.Postgres.Copying;

/// <summary>Rows in PostgreSQL's binary COPY format, with the checksum of what was written. Not safe for concurrent callers.</summary>
public sealed class CopyBuffer
{
    // The largest thing that seeding writes for one lead: its activities, or a lead with every field at its longest. What others write may
    // be larger.
    private const int Reserve = 8 * 1024;

    private const int TextOid = 25;

    // What has no UTF-8 form is refused here, by name, instead of being stored as question marks.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private byte[] _bytes = new byte[128 * 1024];
    private int _end;
    private int _rowStart;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _end);

    public bool HasRoom => _end + Reserve <= _bytes.Length;

    public long Rows { get; private set; }

    public long BytesOfRows { get; private set; }

    public ulong Checksum { get; private set; }

    // Signature, flags and header extension length: PostgreSQL's documentation of COPY, "Binary Format".
    private static ReadOnlySpan<byte> Header => [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    public void Clear() => _end = 0;

    /// <summary>Starts a COPY of its own, counted and summed anew.</summary>
    public void Begin()
    {
        (_end, Rows, BytesOfRows, Checksum) = (0, 0, 0, 0);
        Raw(Header);
    }

    public void Finish() => Raw([0xFF, 0xFF]);

    public void BeginRow(short columns)
    {
        _rowStart = _end;
        BinaryPrimitives.WriteInt16BigEndian(Take(2), columns);
    }

    public void EndRow()
    {
        Checksum += RowHash.Of(_bytes.AsSpan(_rowStart, _end - _rowStart));
        BytesOfRows += _end - _rowStart;
        Rows++;
    }

    public void Null() => Length(-1);

    public void Number(long value)
    {
        Length(8);
        BinaryPrimitives.WriteInt64BigEndian(Take(8), value);
    }

    public void Text(ReadOnlySpan<byte> utf8)
    {
        Length(utf8.Length);
        Raw(utf8);
    }

    /// <exception cref="EncoderFallbackException">The text has half of a surrogate pair.</exception>
    public void TextOrNull(string? text)
    {
        if (text is null)
        {
            Null();
            return;
        }

        Length(Utf8.GetByteCount(text));
        Raw(text);
    }

    public void NumberOrNull(long? number)
    {
        if (number is { } value)
            Number(value);
        else
            Null();
    }

    /// <summary>Opens a field whose length is known only when it ends.</summary>
    /// <returns>What <see cref="EndField"/> needs.</returns>
    public int BeginField()
    {
        Length(0);
        return _end;
    }

    public void EndField(int start) => BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(start - 4), _end - start);

    public int BeginJson()
    {
        var start = BeginField();
        Byte(1); // version of jsonb's binary form
        return start;
    }

    public int BeginTextArray(int items)
    {
        var start = BeginField();
        Length(items == 0 ? 0 : 1);
        Length(0);
        Length(TextOid);
        if (items > 0)
        {
            Length(items);
            Length(1);
        }

        return start;
    }

    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    public void Raw(string text) => Utf8.GetBytes(text, Take(Utf8.GetByteCount(text)));

    public void Byte(byte value) => Take(1)[0] = value;

    public void Digits(long value)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, digits, out var written);
        Raw(digits[..written]);
    }

    public void TwoDigits(int value)
    {
        Byte((byte)('0' + (value / 10)));
        Byte((byte)('0' + (value % 10)));
    }

    private void Length(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(4), value);

    private Span<byte> Take(int count)
    {
        if (_end + count > _bytes.Length) Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _end + count));
        var taken = _bytes.AsSpan(_end, count);
        _end += count;
        return taken;
    }
}
