using System.Buffers.Binary;

namespace LoadHarness.Load.Scheduling;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014): a state of eight bytes, so that every iteration can have a seed of its own for next to nothing.
/// </summary>
internal sealed class SeededRandom : Random
{
    private const ulong Gamma = 0x9E3779B97F4A7C15;
    private ulong _state;

    public SeededRandom(ulong seed) => _state = seed;

    public static ulong Mix(ulong a, ulong b) => Finish(Finish(a + Gamma) ^ (b * Gamma));

    public void Reset(ulong seed) => _state = seed;

    public ulong NextBits() => Finish(_state += Gamma);

    public override double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    public override float NextSingle() => (NextBits() >> 40) * (1.0f / (1U << 24));

    public override int Next() => (int)Below(int.MaxValue);

    public override int Next(int maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxValue);
        return (int)Below((ulong)maxValue);
    }

    public override int Next(int minValue, int maxValue) => (int)NextInt64(minValue, maxValue);

    public override long NextInt64() => (long)Below(long.MaxValue);

    public override long NextInt64(long maxValue) => NextInt64(0, maxValue);

    public override long NextInt64(long minValue, long maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minValue, maxValue);
        return minValue + (long)Below((ulong)(maxValue - minValue));
    }

    public override void NextBytes(byte[] buffer) => NextBytes(buffer.AsSpan());

    public override void NextBytes(Span<byte> buffer)
    {
        Span<byte> bits = stackalloc byte[sizeof(ulong)];
        for (; buffer.Length > 0; buffer = buffer[Math.Min(buffer.Length, bits.Length)..])
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bits, NextBits());
            bits[..Math.Min(buffer.Length, bits.Length)].CopyTo(buffer);
        }
    }

    protected override double Sample() => NextDouble();

    private ulong Below(ulong bound) => Math.BigMul(NextBits(), bound, out _);

    private static ulong Finish(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
