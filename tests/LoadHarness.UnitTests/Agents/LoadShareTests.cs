using CsCheck;
using LoadHarness.Core;
using LoadHarness.Load;

namespace LoadHarness.UnitTests.Agents;

public sealed class LoadShareTests
{
    private static readonly Gen<int> Counts = Gen.Int[1, 9];

    [Fact]
    public void Every_number_belongs_to_exactly_one_share() => Gen.Select(Counts, Gen.Long[0, 1_000_000]).Sample(
        (count, number) => Shares(count).Count(share => share.Takes(number)) == 1);

    [Fact]
    public void The_shares_of_a_total_make_the_total() => Gen.Select(Counts, Gen.Long[0, 10_000]).Sample(
        (count, total) => Shares(count).Sum(share => share.Of(total)) == total
            && (total > 500 || Shares(count).All(share => share.Of(total) == CountedBelow(share, total))));

    [Fact]
    public void Shared_iterations_go_to_the_users_of_a_share_and_none_are_lost() =>
        Gen.Select(Counts, Gen.Long[1, 5_000], Gen.Int[1, 20]).Sample((count, iterations, users) =>
            Shares(count).Sum(share => share.Of(iterations, users)) == iterations
            && Shares(count).All(share => share.Of(users) > 0 || share.Of(iterations, users) == 0));

    [Fact]
    public void Numbers_that_shares_give_out_are_disjoint() => Counts.Sample(count =>
        Shares(count).SelectMany(share => Enumerable.Range(0, 50).Select(share.NumberOf)).Distinct().Count() == count * 50);

    [Theory]
    [InlineData("1/1", 0, 1)]
    [InlineData("2/3", 1, 3)]
    [InlineData("100/100", 99, 100)]
    public void A_share_is_read_as_people_write_it(string text, int index, int count)
    {
        Assert.True(LoadShare.TryParse(text, out var share));
        Assert.Equal((index, count), (share.Index, share.Count));
        Assert.Equal(text, share.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2")]
    [InlineData("0/3")]
    [InlineData("4/3")]
    [InlineData("1/0")]
    [InlineData("-1/3")]
    [InlineData("1/101")]
    [InlineData("1/3/5")]
    [InlineData(" 1/3")]
    [InlineData("1e0/3")]
    [InlineData("99999999999/3")]
    public void Anything_else_is_no_share(string? text) => Assert.False(LoadShare.TryParse(text, out _));

    [Theory]
    [InlineData(-1, 3)]
    [InlineData(3, 3)]
    [InlineData(0, 0)]
    [InlineData(0, 101)]
    public void A_share_that_cannot_be_is_refused(int index, int count) =>
        Assert.Equal(ExitCode.BadUsage, Assert.Throws<HarnessException>(() => new LoadShare(index, count)).ExitCode);

    private static IEnumerable<LoadShare> Shares(int count) => Enumerable.Range(0, count).Select(index => new LoadShare(index, count));

    private static long CountedBelow(LoadShare share, long total)
    {
        var counted = 0L;
        for (var number = 0L; number < total; number++)
            if (share.Takes(number)) counted++;
        return counted;
    }
}
