using LoadHarness.Core;
using LoadHarness.Load;
using static LoadHarness.UnitTests.Load.VirtualRun;

namespace LoadHarness.UnitTests.Load;

public sealed class DataFeedTests
{
    private static readonly string[] Items = ["a", "b", "c"];

    [Fact]
    public async Task A_circular_feed_gives_its_items_in_order_over_and_over() =>
        Assert.Equal(["a", "b", "c", "a", "b", "c", "a"],
            await Drawn(DataFeed.Circular(Items), Simulation.IterationsForInject(1, Seconds(1), 7)));

    [Fact]
    public async Task A_random_feed_repeats_with_its_seed()
    {
        var simulation = Simulation.IterationsForInject(1, Seconds(1), 50);

        var drawn = await Drawn(DataFeed.Random(Items), simulation);

        Assert.Equal(drawn, await Drawn(DataFeed.Random(Items), simulation));
        Assert.Equal(3, drawn.Distinct().Count());
    }

    [Fact]
    public async Task A_constant_feed_gives_each_user_the_same_item_every_time() =>
        Assert.Equal(["a", "b", "a", "b", "a", "b"], await Drawn(DataFeed.Constant(Items), Simulation.IterationsForConstant(2, 6)));

    [Fact]
    public void An_empty_feed_is_refused() => Assert.Throws<HarnessException>(() => DataFeed.Circular<string>([]));

    private static async Task<List<string>> Drawn(DataFeed<string> feed, LoadSimulation simulation)
    {
        var drawn = new List<string>();
        await new VirtualRun().Play(Scenario.Create("s", async context =>
        {
            drawn.Add(feed.GetNextItem(context));
            await context.Delay(Seconds(1));
            return Response.Ok();
        }).WithLoadSimulations(simulation));
        return drawn;
    }
}
