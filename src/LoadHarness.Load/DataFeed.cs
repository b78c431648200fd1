using LoadHarness.Core;

namespace LoadHarness.Load;

/// <summary>Where iterations take their input from. Safe for concurrent iterations.</summary>
public abstract class DataFeed<T>
{
    private protected DataFeed(IReadOnlyList<T> items) => Items = items.Count > 0
        ? items
        : throw new HarnessException("A data feed has no items. Give at least one, or check the query that fills it.");

    private protected IReadOnlyList<T> Items { get; }

    public abstract T GetNextItem(IScenarioContext context);
}

public static class DataFeed
{
    /// <summary>In order, over and over, each item to one iteration.</summary>
    public static DataFeed<T> Circular<T>(IReadOnlyList<T> items) => new CircularFeed<T>(items);

    /// <summary>
    /// Drawn with the iteration's own <see cref="IScenarioContext.Random"/>: the same seed gives the same items, whatever the timing.
    /// </summary>
    public static DataFeed<T> Random<T>(IReadOnlyList<T> items) => new RandomFeed<T>(items);

    /// <summary>Each user keeps one item.</summary>
    public static DataFeed<T> Constant<T>(IReadOnlyList<T> items) => new ConstantFeed<T>(items);

    private sealed class CircularFeed<T>(IReadOnlyList<T> items) : DataFeed<T>(items)
    {
        private long _next = -1;

        public override T GetNextItem(IScenarioContext context) =>
            Items[(int)((ulong)Interlocked.Increment(ref _next) % (ulong)Items.Count)];
    }

    private sealed class RandomFeed<T>(IReadOnlyList<T> items) : DataFeed<T>(items)
    {
        public override T GetNextItem(IScenarioContext context) => Items[context.Random.Next(Items.Count)];
    }

    private sealed class ConstantFeed<T>(IReadOnlyList<T> items) : DataFeed<T>(items)
    {
        public override T GetNextItem(IScenarioContext context) => Items[context.UserNumber % Items.Count];
    }
}
