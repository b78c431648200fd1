using System.Text;

namespace LoadHarness.Seeding.Rows;

/// <summary>Words kept as UTF-8, most frequent first, with the chances they are drawn at.</summary>
internal sealed class WordTable
{
    private readonly byte[][] _utf8;
    private readonly AliasTable _chances;

    public WordTable(IReadOnlyList<string> words, AliasTable chances)
    {
        Words = words;
        _utf8 = [.. words.Select(Encoding.UTF8.GetBytes)];
        _chances = chances;
    }

    public IReadOnlyList<string> Words { get; }

    public static WordTable Zipf(IReadOnlyList<string> words, int flatten = 0) => new(words, AliasTable.Zipf(words.Count, flatten));

    public static WordTable Weighted(params (string Word, ulong Weight)[] words) =>
        new([.. words.Select(word => word.Word)], new AliasTable([.. words.Select(word => word.Weight)]));

    public static WordTable Even(IReadOnlyList<string> words) => new(words, new AliasTable([.. words.Select(_ => 1UL)]));

    public int PickIndex(ulong draw) => _chances.Pick(draw);

    public ReadOnlySpan<byte> this[int index] => _utf8[index];

    public ReadOnlySpan<byte> Pick(ulong draw) => _utf8[_chances.Pick(draw)];
}
