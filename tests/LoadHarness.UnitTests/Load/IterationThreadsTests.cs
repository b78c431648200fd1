using LoadHarness.Load.Clocks;
using LoadHarness.Load.Scheduling;

namespace LoadHarness.UnitTests.Load;

/// <summary>Counts only: nothing here depends on how fast the machine is.</summary>
public sealed class IterationThreadsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public void Everything_that_several_threads_start_is_run_once()
    {
        using var clock = new SystemLoadClock();
        using var threads = new IterationThreads(clock, 1024);
        var runs = new int[4 * 5000];
        using var all = new CountdownEvent(runs.Length);

        Parallel.For(0, 4, starter =>
        {
            for (var i = starter * 5000; i < (starter + 1) * 5000; i++)
            {
                var number = i;
                threads.Start(new Work(() =>
                {
                    Interlocked.Increment(ref runs[number]);
                    all.Signal();
                }));
            }
        });

        Assert.True(all.Wait(Patience, TestContext.Current.CancellationToken));
        Assert.All(runs, count => Assert.Equal(1, count));
    }

    [Fact]
    public void Work_that_blocks_gets_as_many_threads_as_it_needs()
    {
        using var clock = new SystemLoadClock();
        using var threads = new IterationThreads(clock, 1024);
        using var together = new Barrier(50);
        using var all = new CountdownEvent(50);

        // None goes on before all are there: fewer threads would never end it.
        for (var i = 0; i < 50; i++)
            threads.Start(new Work(() =>
            {
                if (together.SignalAndWait(Patience)) all.Signal();
            }));

        Assert.True(all.Wait(Patience, TestContext.Current.CancellationToken));
        Assert.InRange(threads.Threads, 50, 1024);
    }

    [Fact]
    public void No_more_threads_come_than_are_allowed()
    {
        using var clock = new SystemLoadClock();
        using var threads = new IterationThreads(clock, 4);
        using var four = new Barrier(4);
        using var all = new CountdownEvent(40);

        for (var i = 0; i < 40; i++)
            threads.Start(new Work(() =>
            {
                if (four.SignalAndWait(Patience)) all.Signal();
            }));

        Assert.True(all.Wait(Patience, TestContext.Current.CancellationToken));
        Assert.Equal(4, threads.Threads);
    }

    [Fact]
    public void Dispatching_begins_even_when_every_thread_is_blocked()
    {
        using var clock = new SystemLoadClock();
        using var threads = new IterationThreads(clock, 3);
        using var free = new ManualResetEventSlim();
        using var inside = new CountdownEvent(3);
        using var led = new ManualResetEventSlim();
        using var through = new CountdownEvent(3);
        for (var i = 0; i < 3; i++)
            threads.Start(new Work(() =>
            {
                inside.Signal();
                free.Wait(Patience);
                through.Signal();
            }));
        Assert.True(inside.Wait(Patience, TestContext.Current.CancellationToken));

        Assert.False(threads.TryLead(new Work(led.Set)));
        threads.Lead(new Work(led.Set));

        Assert.True(led.Wait(Patience, TestContext.Current.CancellationToken));
        free.Set();
        // Nobody waits any more for what is disposed now.
        Assert.True(through.Wait(Patience, TestContext.Current.CancellationToken));
    }

    private sealed class Work(Action run) : IWork
    {
        public void Execute() => run();
    }
}
