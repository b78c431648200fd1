using System.Buffers.Binary;
using LoadHarness.Core.Statistics;

namespace LoadHarness.Load.Scheduling;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014): a state of eight bytes, so that every iteration can have a seed of its own for next to nothing.
/// </summary>
internal sealed class SeededRandom : Random
{
    private ulong _state;

    public SeededRandom(ulong seed) => _state = seed;

    public static ulong Mix(ulong a, ulong b) => SplitMix64.Mix(SplitMix64.Mix(a + SplitMix64.Gamma) ^ (b * SplitMix64.Gamma));

    public void Reset(ulong seed) => _state = seed;

    public ulong NextBits() => SplitMix64.Mix(_state += SplitMix64.Gamma);

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
}
