using System.Buffers.Binary;
using System.Globalization;
using LoadHarness.Postgres.Copying;
using NpgsqlTypes;

namespace LoadHarness.Workloads.Seeding;

/// <summary>Writes values as PostgreSQL's binary COPY has them: big-endian, times in microseconds and days since 2000.</summary>
internal static class CopyValues
{
    private static readonly DateTime Epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public static void Write(CopyBuffer buffer, object value, NpgsqlDbType wire)
    {
        switch (value)
        {
            case DBNull: buffer.Null(); return;
            case long whole: buffer.Number(whole); return;
            case string text when wire != NpgsqlDbType.Jsonb: buffer.TextOrNull(text); return;
            case DateTime moment:
                buffer.Number(
                (DateTime.SpecifyKind(moment, DateTimeKind.Utc) - Epoch).Ticks / TimeSpan.TicksPerMicrosecond); return;
        }

        var field = buffer.BeginField();
        Span<byte> bytes = stackalloc byte[16];
        switch (value)
        {
            case int number: Put(buffer, bytes[..4], number); break;
            case DateOnly day: Put(buffer, bytes[..4], day.DayNumber - DateOnly.FromDateTime(Epoch).DayNumber); break;
            case short small:
                BinaryPrimitives.WriteInt16BigEndian(bytes, small);
                buffer.Raw(bytes[..2]);
                break;
            case double real:
                BinaryPrimitives.WriteDoubleBigEndian(bytes, real);
                buffer.Raw(bytes[..8]);
                break;
            case float real:
                BinaryPrimitives.WriteSingleBigEndian(bytes, real);
                buffer.Raw(bytes[..4]);
                break;
            case bool truth: buffer.Byte(truth ? (byte)1 : (byte)0); break;
            case Guid uuid:
                uuid.TryWriteBytes(bytes, bigEndian: true, out _);
                buffer.Raw(bytes);
                break;
            case decimal number: Numeric(buffer, number); break;
            default:
                buffer.Byte(1); // version of jsonb's binary form
                buffer.Raw((string)value);
                break;
        }

        buffer.EndField(field);
    }

    private static void Put(CopyBuffer buffer, Span<byte> bytes, int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        buffer.Raw(bytes);
    }

    // Digits to the base of ten thousand: how many, the power of the first, the sign, and how many decimal digits are shown.
    private static void Numeric(CopyBuffer buffer, decimal value)
    {
        var text = Math.Abs(value).ToString();
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var (whole, fraction) = point < 0 ? (text, "") : (text[..point], text[(point + 1)..]);
        var shown = fraction.Length;
        whole = whole.PadLeft((whole.Length + 3) / 4 * 4, '0');
        fraction = fraction.PadRight((fraction.Length + 3) / 4 * 4, '0');
        var groups = (whole + fraction).Chunk(4).Select(group => short.Parse(group, NumberStyles.None))
            .ToList();
        var weight = (whole.Length / 4) - 1;
        while (groups is [0, ..])
        {
            groups.RemoveAt(0);
            weight--;
        }

        while (groups is [.., 0]) groups.RemoveAt(groups.Count - 1);
        Span<byte> bytes = stackalloc byte[2];
        foreach (var number in (ReadOnlySpan<short>)[(short)groups.Count, (short)(groups.Count == 0 ? 0 : weight),
            value < 0 ? (short)0x4000 : (short)0, (short)shown, .. groups])
        {
            BinaryPrimitives.WriteInt16BigEndian(bytes, number);
            buffer.Raw(bytes);
        }
    }
}
