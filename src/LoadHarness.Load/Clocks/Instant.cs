using System.Runtime.CompilerServices;

namespace LoadHarness.Load.Clocks;

/// <summary>A point in time by a <see cref="LoadClock"/>. Between two of them lie nanoseconds, which are plain numbers.</summary>
/// <param name="Nanoseconds">Since the clock's origin.</param>
public readonly record struct Instant(long Nanoseconds) : IComparable<Instant>
{
    /// <summary>The clock's origin: what is due then is due at once.</summary>
    public static Instant Origin => default;

    /// <summary>Later than every other.</summary>
    public static Instant Never => new(long.MaxValue);

    public static long operator -(Instant later, Instant earlier) => later.Nanoseconds - earlier.Nanoseconds;

    public static Instant operator -(Instant instant, long nanoseconds) => new(instant.Nanoseconds - nanoseconds);

    public static Instant operator +(Instant instant, long nanoseconds) => new(instant.Nanoseconds + nanoseconds);

    public static bool operator <(Instant one, Instant other) => one.Nanoseconds < other.Nanoseconds;

    public static bool operator >(Instant one, Instant other) => one.Nanoseconds > other.Nanoseconds;

    public static bool operator <=(Instant one, Instant other) => one.Nanoseconds <= other.Nanoseconds;

    public static bool operator >=(Instant one, Instant other) => one.Nanoseconds >= other.Nanoseconds;

    public static Instant Earlier(Instant one, Instant other) => one < other ? one : other;

    public static Instant Later(Instant one, Instant other) => one > other ? one : other;

    public int CompareTo(Instant other) => Nanoseconds.CompareTo(other.Nanoseconds);

    // The compiler's own go through EqualityComparer, on the way of every request.
    public bool Equals(Instant other) => Nanoseconds == other.Nanoseconds;

    public override int GetHashCode() => Nanoseconds.GetHashCode();

    /// <summary>As <see cref="Volatile.Read(ref readonly long)"/>: what another thread writes is seen, and seen whole.</summary>
    internal static Instant Read(ref Instant place) => new(Volatile.Read(ref Unsafe.As<Instant, long>(ref place)));

    internal static void Write(ref Instant place, Instant value) =>
        Volatile.Write(ref Unsafe.As<Instant, long>(ref place), value.Nanoseconds);
}
