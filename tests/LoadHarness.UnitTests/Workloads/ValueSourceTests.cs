using LoadHarness.Workloads.Format;
using LoadHarness.Workloads.Parameters;

namespace LoadHarness.UnitTests.Workloads;

public sealed class ValueSourceTests
{
    private const int Draws = 100_000;

    public static TheoryData<ParameterKind> Ranges { get; } =
        [ParameterKind.Uniform, ParameterKind.Zipf, ParameterKind.Gaussian, ParameterKind.Exponential, ParameterKind.Sequential];

    [Theory]
    [MemberData(nameof(Ranges))]
    public void A_range_keeps_its_ends_and_the_same_seed_gives_the_same_numbers(ParameterKind kind)
    {
        var numbers = Drawn(kind, -3, 6, seed: 1);

        Assert.Equal(-3, numbers.Min());
        Assert.Equal(6, numbers.Max());
        Assert.Equal(numbers, Drawn(kind, -3, 6, seed: 1));
        if (kind != ParameterKind.Sequential) Assert.NotEqual(numbers, Drawn(kind, -3, 6, seed: 2));
    }

    [Theory]
    [MemberData(nameof(Ranges))]
    public void A_range_of_one_and_the_largest_range_can_be_drawn(ParameterKind kind)
    {
        Assert.All(Drawn(kind, 7, 7, seed: 1).Take(100), number => Assert.Equal(7, number));
        Assert.All(Drawn(kind, long.MinValue, long.MaxValue, seed: 1).Take(100),
            number => Assert.InRange(number, long.MinValue, long.MaxValue));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1.0)]
    [InlineData(1.1)]
    [InlineData(2.5)]
    public void Zipf_has_the_shares_that_its_exponent_says(double exponent)
    {
        const int numbers = 50;
        var counts = Drawn(ParameterKind.Zipf, 1, numbers, seed: 3, exponent).GroupBy(number => number)
            .ToDictionary(group => group.Key, group => group.Count() / (double)Draws);
        var whole = Enumerable.Range(1, numbers).Sum(rank => Math.Pow(rank, -exponent));

        foreach (var rank in new[] { 1, 2, 3, 10, 50 })
        {
            var share = Math.Pow(rank, -exponent) / whole;
            Assert.InRange(counts.GetValueOrDefault(rank), share - Tolerance(share), share + Tolerance(share));
        }
    }

    [Fact]
    public void Gaussian_and_exponential_have_pgbench_s_shapes()
    {
        // As pgbench's documentation: with parameter 2.5, 39% of the draws lie in the middle third... of the exponential, by its density.
        var middle = Drawn(ParameterKind.Gaussian, 1, 99, seed: 4, 2.5).Count(number => number is > 33 and <= 66) / (double)Draws;
        var third = Normal(2.5 / 3) / Normal(2.5);
        Assert.InRange(middle, third - 0.01, third + 0.01);
        var first = Drawn(ParameterKind.Exponential, 1, 100, seed: 4, 3).Count(number => number <= 10) / (double)Draws;
        var tenth = (1 - Math.Exp(-0.3)) / (1 - Math.Exp(-3));
        Assert.InRange(first, tenth - 0.01, tenth + 0.01);
    }

    [Fact]
    public void A_list_follows_its_weights()
    {
        var list = new TextList(["a", "b", "c"], [7, 2, 1]);
        var random = new Random(5);
        var counts = Enumerable.Range(0, Draws).Select(_ => list.Draw(random, [])).GroupBy(index => index)
            .ToDictionary(group => group.Key, group => group.Count() / (double)Draws);

        Assert.InRange(counts[0], 0.69, 0.71);
        Assert.InRange(counts[1], 0.19, 0.21);
        Assert.InRange(counts[2], 0.09, 0.11);
    }

    [Theory]
    [InlineData("1 + 2 * 3", 7)]
    [InlineData("(1 + 2) * 3", 9)]
    [InlineData("-7 / 2", -3)]
    [InlineData("7 % 3 - -1", 2)]
    [InlineData(":a * 10 + :b", 52)]
    public void Expressions_compute_whole_numbers(string text, long value) =>
        Assert.Equal(value, Expression.Parse(text).Bound(name => (name == "a" ? 0 : 1, null)).Value([5, 2]));

    [Theory]
    [InlineData("")]
    [InlineData("1 +")]
    [InlineData("(1")]
    [InlineData("1 2")]
    [InlineData("a")]
    [InlineData("99999999999999999999")]
    [InlineData("sqrt(4)")]
    public void What_is_no_expression_is_refused(string text) => Assert.Throws<FormatException>(() => Expression.Parse(text));

    [Fact]
    public void Texts_are_in_their_language_and_follow_from_the_seed()
    {
        var file = new ParameterFile(ParameterKind.Text, Pattern: "{{name.firstName}}", Locale: "ja", Different: 20);

        var texts = BogusTexts.Make(file, seed: 1);

        Assert.Equal(texts, BogusTexts.Make(file, seed: 1));
        Assert.All(texts, text => Assert.Contains(text, sign => sign > '\u2fff'));
    }

    [Fact]
    public void Uuids_differ_and_are_of_version_four()
    {
        var random = new Random(6);
        var uuids = Enumerable.Range(0, 10_000).Select(_ => UuidSource.Of(new UuidSource().Draw(random, []))).ToList();

        Assert.Equal(uuids.Count, uuids.Distinct().Count());
        Assert.All(uuids, uuid => Assert.Equal(4, uuid.Version));
    }

    private static List<long> Drawn(ParameterKind kind, long from, long to, int seed, double? skew = null)
    {
        var text = new ParameterFile(
            kind, From: new Literal(from.ToString()),
            To: new Literal(to.ToString()), Skew: skew);
        var source = SourceFactory.Create(text, rows: null, seed: 1);
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Draws).Select(_ => source.Draw(random, []))];
    }

    // Five standard deviations of a share.
    private static double Tolerance(double share) => 5 * Math.Sqrt(share * (1 - share) / Draws);

    // The part of a bell within so many standard deviations, by Simpson's rule.
    private static double Normal(double deviations)
    {
        const int steps = 1_000;
        var width = 2 * deviations / steps;
        var sum = 0.0;
        for (var i = 0; i <= steps; i++)
        {
            var x = -deviations + (i * width);
            sum += Math.Exp(-x * x / 2) * (i is 0 or steps ? 1 : i % 2 == 1 ? 4 : 2);
        }

        return sum * width / 3 / Math.Sqrt(2 * Math.PI);
    }
}
