using LoadHarness.Postgres.Workload;

namespace LoadHarness.UnitTests.Workloads;

/// <summary>Leads as several schedulers at once get them, of which every fifth is no recipient.</summary>
public sealed class RecipientChunksTests
{
    private const long Leads = 1_000;

    [Theory]
    [InlineData(200, 1, 50_000, 200)]
    [InlineData(200, 4, 50_000, 200)]
    [InlineData(200, 4, 30, 200)]
    [InlineData(201, 2, 100, 201)]
    [InlineData(1, 4, 50_000, 1)]
    [InlineData(5, 4, 1, 5)]
    [InlineData(800, 2, 50_000, 800)]
    [InlineData(1_000_000, 3, 70, 800)]
    public void A_campaign_gets_as_many_recipients_as_are_wanted_and_there_are(long wanted, int schedulers, long atOnce, long expected)
    {
        var chunks = new RecipientChunks(wanted, new(1, Leads, atOnce), schedulers);
        var seen = Play(chunks, schedulers);
        Assert.Equal(expected, chunks.Scheduled);
        // Each lead once, and none left out before the last.
        Assert.Equal(Enumerable.Range(1, seen.Count).Select(id => (long)id), seen);
    }

    [Fact]
    public void Every_scheduler_has_work_from_the_start()
    {
        var chunks = new RecipientChunks(200, new(1, Leads), 4);
        Assert.Equal([(1L, 50L), (51L, 100L), (101L, 150L), (151L, 200L)], Enumerable.Range(0, 4).Select(_ => chunks.Next()!.Value));
        Assert.Null(chunks.Next());
    }

    [Fact]
    public void Whole_chunks_go_past_the_number_wanted_by_what_had_begun()
    {
        var chunks = new RecipientChunks(200, new(1, Leads, 260) { WholeChunks = true }, 2);
        Assert.Equal(520, Play(chunks, 2).Count);
        Assert.Equal(416, chunks.Scheduled);
    }

    private static List<long> Play(RecipientChunks chunks, int schedulers)
    {
        var seen = new List<long>();
        var underWay = new Queue<(long First, long Last)>();
        for (var scheduler = 0; scheduler < schedulers; scheduler++) Take();
        while (underWay.TryDequeue(out var chunk))
        {
            chunks.Done(chunk, IdsOf(chunk).Count(id => id % 5 != 0));
            Take();
        }

        return seen;

        void Take()
        {
            if (chunks.Next() is not { } next) return;
            underWay.Enqueue(next);
            seen.AddRange(IdsOf(next));
        }
    }

    private static IEnumerable<long> IdsOf((long First, long Last) chunk) =>
        Enumerable.Range(0, (int)(chunk.Last - chunk.First + 1)).Select(index => chunk.First + index);
}
