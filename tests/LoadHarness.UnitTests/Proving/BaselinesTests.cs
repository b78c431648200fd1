using LoadHarness.Comparing.Proving;

namespace LoadHarness.UnitTests.Proving;

public sealed class BaselinesTests
{
    [Fact]
    public void C_and_n_have_every_segment_counted_and_fetched_and_x_has_none()
    {
        foreach (var name in new[] { "C", "N" })
        {
            var catalog = Baselines.Shipped.Of(name);
            foreach (var number in Enumerable.Range(1, 12))
            {
                Assert.StartsWith(
                    "/*+ Set(plan_cache_mode force_custom_plan) */\nselect count(*)\nfrom leads\nwhere workspace_id = $1\n  and ",
                    catalog[$"segment_count_{number}"], StringComparison.Ordinal);
                Assert.EndsWith("\norder by created_at desc, id desc\nlimit 50", catalog[$"segment_page_{number}"],
                    StringComparison.Ordinal);
                Assert.DoesNotContain(":condition", catalog[$"segment_page_{number}"], StringComparison.Ordinal);
            }
        }

        Assert.DoesNotContain(Baselines.Shipped.Of("X").Names, name => name.StartsWith("segment", StringComparison.Ordinal));
    }

    [Fact]
    public void A_condition_that_n_does_not_write_is_that_of_c()
    {
        var (careful, naive) = (Baselines.Shipped.Of("C"), Baselines.Shipped.Of("N"));
        Assert.Equal(careful["segment_count_8"], naive["segment_count_8"]);
        Assert.Contains("tags @> '{newsletter}'", careful["segment_count_1"], StringComparison.Ordinal);
        Assert.Contains("'newsletter' = any (tags)", naive["segment_count_1"], StringComparison.Ordinal);
        Assert.NotEqual(careful["email_lookup"], naive["email_lookup"]);
    }
}
