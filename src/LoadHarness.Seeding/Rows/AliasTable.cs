namespace LoadHarness.Seeding.Rows;

/// <summary>Draws an index in proportion to whole-number weights, in constant time.</summary>
/// <remarks>Vose's alias method in integers only: floating point could differ by a bit between machines, and so change a row.</remarks>
internal sealed class AliasTable
{
    private readonly ulong[] _keep;
    private readonly int[] _alias;

    public AliasTable(ulong[] weights)
    {
        var count = (ulong)weights.Length;
        var total = weights.Aggregate(0UL, (sum, weight) => checked(sum + weight));
        var scaled = weights.Select(weight => checked(weight * count)).ToArray();
        _keep = [.. Enumerable.Repeat(1UL << 32, weights.Length)];
        _alias = [.. Enumerable.Range(0, weights.Length)];
        var poor = new Stack<int>(Enumerable.Range(0, weights.Length).Where(i => scaled[i] < total));
        var rich = new Stack<int>(Enumerable.Range(0, weights.Length).Where(i => scaled[i] >= total));
        while (poor.Count > 0 && rich.Count > 0)
        {
            var (low, high) = (poor.Pop(), rich.Pop());
            _keep[low] = (ulong)(((UInt128)scaled[low] << 32) / total);
            _alias[low] = high;
            scaled[high] -= total - scaled[low];
            (scaled[high] < total ? poor : rich).Push(high);
        }
    }

    /// <summary>Rank r has weight 1/(r + flatten): Zipf's law, or with a flattened head Mandelbrot's form of it.</summary>
    public static AliasTable Zipf(int count, int flatten = 0) =>
        new([.. Enumerable.Range(1, count).Select(rank => 1_000_000_000UL / (ulong)(rank + flatten))]);

    public int Pick(ulong draw)
    {
        var index = (int)FieldDraw.Below(draw, (uint)_keep.Length);
        return (uint)draw < _keep[index] ? index : _alias[index];
    }
}
