using LoadHarness.Core.Statistics;

namespace LoadHarness.Workloads.Parameters;

/// <summary>
/// Draws a parameter's value once an iteration. A draw is a number: the value itself, or where in a list the value stands. So that drawing
/// allocates nothing, and one source can serve parameters of several types.
/// </summary>
internal abstract class ValueSource
{
    /// <param name="random">Of the iteration: its draws depend on the run's seed and the iteration only.</param>
    /// <param name="drawn">What was drawn for the parameters before this one; the last is the iteration's number.</param>
    public abstract long Draw(Random random, ReadOnlySpan<long> drawn);
}

/// <summary>Texts that are made before the load: a draw is an index.</summary>
internal abstract class TextSource : ValueSource
{
    public abstract int Count { get; }

    /// <summary>Names of the columns; one without a name where there is but one.</summary>
    public virtual IReadOnlyList<string> Columns => [""];

    /// <returns>Null for null.</returns>
    public abstract string? TextAt(int index, int column);
}

/// <summary>Always the same.</summary>
internal sealed class ConstantText(string text) : TextSource
{
    public override int Count => 1;

    public override long Draw(Random random, ReadOnlySpan<long> drawn) => 0;

    public override string? TextAt(int index, int column) => text;
}

/// <summary>Texts by weight.</summary>
internal sealed class TextList : TextSource
{
    private readonly IReadOnlyList<string> _texts;
    private readonly double[]? _upTo;

    /// <param name="weights">Null for all equal.</param>
    public TextList(IReadOnlyList<string> texts, IReadOnlyList<double>? weights)
    {
        _texts = texts;
        if (weights is null) return;
        var (total, sum) = (weights.Sum(), 0.0);
        _upTo = [.. weights.Select(weight => (sum += weight) / total)];
        _upTo[^1] = 1;
    }

    public override int Count => _texts.Count;

    public override long Draw(Random random, ReadOnlySpan<long> drawn)
    {
        if (_upTo is null) return random.Next(_texts.Count);
        var at = Array.BinarySearch(_upTo, random.NextDouble());
        return at < 0 ? ~at : Math.Min(at + 1, _upTo.Length - 1);
    }

    public override string? TextAt(int index, int column) => _texts[index];
}

/// <summary>Rows of a query or a CSV file.</summary>
internal sealed class RowList(IReadOnlyList<string> columns, IReadOnlyList<string?[]> rows, bool sequential) : TextSource
{
    private long _next = -1;

    public override int Count => rows.Count;

    public override IReadOnlyList<string> Columns => columns;

    public override long Draw(Random random, ReadOnlySpan<long> drawn) =>
        sequential ? (long)((ulong)Interlocked.Increment(ref _next) % (ulong)rows.Count) : random.Next(rows.Count);

    public override string? TextAt(int index, int column) => rows[index][column];
}

/// <summary>Of rows, those that have what another parameter has drawn.</summary>
/// <param name="groups">Indexes of rows, by what was drawn for the other one.</param>
internal sealed class RowsWithin(RowList rows, IReadOnlyList<int[]> groups) : TextSource
{
    private readonly int _place;

    private RowsWithin(RowList rows, IReadOnlyList<int[]> groups, int place)
        : this(rows, groups) => _place = place;

    public override int Count => rows.Count;

    public override IReadOnlyList<string> Columns => rows.Columns;

    /// <param name="place">Of the other parameter, in the draws of an operation.</param>
    public RowsWithin At(int place) => new(rows, groups, place);

    public override long Draw(Random random, ReadOnlySpan<long> drawn)
    {
        var mine = groups[(int)drawn[_place]];
        return mine[random.Next(mine.Length)];
    }

    public override string? TextAt(int index, int column) => rows.TextAt(index, column);
}

/// <summary>Rows that are computed, not kept.</summary>
/// <param name="place">Of the parameter that they belong to, in the draws of an operation; below 0 for none.</param>
internal sealed class ComputedSource(ComputedRows rows, int place = -1) : ValueSource
{
    public ComputedRows Rows => rows;

    public ComputedSource At(int other) => new(rows, other);

    public override long Draw(Random random, ReadOnlySpan<long> drawn) =>
        rows.Draw(random, place < 0 ? 0 : drawn[place], drawn[^1]);

    /// <param name="column">Empty for the first.</param>
    public ComputedColumn? Column(string column) =>
        column.Length == 0 ? rows.Columns[0] : rows.Columns.FirstOrDefault(one => one.Name == column);
}

/// <summary>A version 4 UUID, of 64 bits.</summary>
/// <param name="given">Where each is to be new, whatever the seed; null where it is to follow from the random numbers.</param>
internal sealed class UuidSource(GivenOut? given = null) : ValueSource
{
    public override long Draw(Random random, ReadOnlySpan<long> drawn)
    {
        // Drawn in both cases: the parameters behind it get the same values.
        var number = random.NextInt64();
        return given?.NextUuid() ?? number;
    }

    public static Guid Of(long drawn)
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, SplitMix64.Mix((ulong)drawn));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], SplitMix64.Mix(~(ulong)drawn));
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new(bytes, bigEndian: true);
    }
}
