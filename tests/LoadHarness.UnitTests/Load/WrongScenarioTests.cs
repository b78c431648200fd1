using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;
using static LoadHarness.UnitTests.Load.VirtualRun;

namespace LoadHarness.UnitTests.Load;

/// <summary>What a scenario, a progress view or a response does wrong costs that request or that scenario only.</summary>
public sealed class WrongScenarioTests
{
    private static readonly LoadSimulation TenArrivals = Simulation.Inject(100, Seconds(1), Seconds(0.1));

    public static TheoryData<string, Func<IScenarioContext, Task<IResponse>>> WrongFunctions => new()
    {
        { "InvalidOperationException: broken", _ => throw new InvalidOperationException("broken") },
        { "returned no task", _ => null! },
        { "returned no response", _ => Task.FromResult<IResponse>(null!) },
        { "returned no response", async _ => { await Task.Yield(); return null!; } },
        { "could not be read", _ => Task.FromResult<IResponse>(new ThrowingResponse()) },
        { "could not be read", async _ => { await Task.Yield(); return new ThrowingResponse(); } },
        { "negative number of items", _ => Task.FromResult(Response.Ok(-1)) },
        { "failed", _ => Task.FromResult(Response.Fail(null)) },
        { "failed", _ => Task.FromResult<IResponse>(new FailedWithoutWords()) },
        { "MessagelessException", _ => throw new MessagelessException() },
        { "cancelled", _ => Task.FromCanceled<IResponse>(new CancellationToken(true)) },
    };

    [Theory]
    [MemberData(nameof(WrongFunctions))]
    public async Task A_wrong_iteration_fails_with_its_reason_and_no_other_is_touched(
        string reason, Func<IScenarioContext, Task<IResponse>> wrong)
    {
        foreach (var simulation in (LoadSimulation[])[TenArrivals, Simulation.IterationsForConstant(1, 10)])
        {
            var calls = 0;
            var result = await OnRealClock(
                Scenario.Create("s", context => Interlocked.Increment(ref calls) == 4 ? wrong(context) : Response.OkTask())
                .WithLoadSimulations(simulation));

            Assert.Equal(new Accounting(10, 9, 1, 0, 0), result.Accounting);
            Assert.Contains(reason, Assert.Single(result.Operations[0].Errors).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_response_that_blocks_is_a_request_without_an_answer()
    {
        using var never = new ManualResetEventSlim();
        using var atOnce = new CancellationTokenSource();
        // Ends the run when all others have their answers, however long a busy machine takes.
        var view = new Told(second =>
        {
            if (second.InFlight == 1) atOnce.Cancel();
        });

        var result = await OnRealClock(
            Scenario.Create("s", context => Task.FromResult(context.InvocationNumber == 3 ? new BlockingResponse(never) : Response.Ok()))
                .WithLoadSimulations(TenArrivals), new() { AtOnce = atOnce.Token }, view);

        Assert.Equal(new Accounting(10, 9, 0, 0, 1), result.Accounting);
        never.Set();
    }

    [Fact]
    public async Task A_message_without_end_is_cut()
    {
        var result = await new VirtualRun()
            .Play(Scenario.Create("s", _ => Task.FromResult(Response.Fail(new string('x', 100_000)))).WithLoadSimulations(TenArrivals));

        Assert.InRange(Assert.Single(result.Operations[0].Errors).Message.Length, 300, 320);
    }

    [Fact]
    public async Task A_cancellation_that_throws_costs_nothing_but_its_request()
    {
        var run = new VirtualRun { Options = new() { DrainTime = Seconds(2) } };
        var scenario = Scenario.Create("s", context =>
        {
            if (context.InvocationNumber != 3) return Response.OkTask();
            context.CancellationToken.Register(() => throw new InvalidOperationException("not now"));
            return new TaskCompletionSource<IResponse>().Task;
        });

        var result = await run.Play(scenario.WithLoadSimulations(TenArrivals));

        Assert.Equal(new Accounting(10, 9, 0, 0, 1), result.Accounting);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_progress_view_that_throws_or_blocks_costs_no_figure_and_the_result_says_so(bool throws)
    {
        using var never = new ManualResetEventSlim();
        var view = new Told(_ =>
        {
            if (throws) throw new InvalidOperationException("no terminal");
            never.Wait();
        });

        var result = await OnRealClock(
            Scenario.Create("s", _ => Response.OkTask()).WithLoadSimulations(Simulation.Inject(10, Seconds(1), Seconds(2.2))), view: view);

        Assert.Equal(new Accounting(22, 22, 0, 0, 0), result.Accounting);
        if (throws) Assert.Contains("no terminal", Assert.Single(result.Notes), StringComparison.Ordinal);
        never.Set();
    }

    [Fact]
    public async Task Every_clean_up_is_called_figures_stand_and_the_message_names_the_scenario()
    {
        var cleaned = new List<string>();
        ScenarioProps Named(string name, Func<Task> clean) => Scenario.Create(name, _ => Response.OkTask())
            .WithLoadSimulations(TenArrivals).WithClean(_ =>
        {
            cleaned.Add(name);
            return clean();
        });
        var options = new LoadRunnerOptions { CleanUpTime = Seconds(3) };

        var results = await new LoadRunner(new VirtualClock(), options).RunAsync(
            [
                Named("throws", () => throw new InvalidOperationException("locked")),
                Named("null", () => null!),
                Named("endless", () => new TaskCompletionSource().Task),
                Named("good", () => Task.CompletedTask),
            ],
            null,
            TestContext.Current.CancellationToken);

        Assert.Equal(["throws", "null", "endless", "good"], cleaned);
        Assert.All(results, result => Assert.Equal(10, result.Accounting.Completed));
        Assert.Contains("'throws' failed: InvalidOperationException: locked", Assert.Single(results[0].Notes), StringComparison.Ordinal);
        Assert.Contains("'null' failed", Assert.Single(results[1].Notes), StringComparison.Ordinal);
        Assert.Contains("'endless' failed: it did not end", Assert.Single(results[2].Notes), StringComparison.Ordinal);
        Assert.Empty(results[3].Notes);
    }

    [Fact]
    public async Task A_set_up_that_fails_costs_its_own_scenario_only()
    {
        using var never = new ManualResetEventSlim();
        ScenarioProps Named(string name, Func<IScenarioInitContext, Task> init) => Scenario.Create(name, _ => Response.OkTask())
            .WithLoadSimulations(TenArrivals).WithInit(init);
        var options = new LoadRunnerOptions { SetUpTime = Seconds(3) };

        var results = await new LoadRunner(new VirtualClock(), options).RunAsync(
            [
                Named("throws", _ => throw new InvalidOperationException("no table")),
                Named("null", _ => null!),
                Named("endless", _ => { never.Wait(); return Task.CompletedTask; }),
                Named("good", _ => Task.CompletedTask),
            ],
            null,
            TestContext.Current.CancellationToken);

        Assert.Contains("'throws' failed: InvalidOperationException: no table", results[0].AbortReason, StringComparison.Ordinal);
        Assert.Contains("'null' failed", results[1].AbortReason, StringComparison.Ordinal);
        Assert.Contains("'endless' failed: it did not end", results[2].AbortReason, StringComparison.Ordinal);
        Assert.Equal([0, 0, 0, 10], results.Select(result => result.Accounting.Completed));
        Assert.Null(results[3].AbortReason);
        never.Set();
    }

    [Fact]
    public void A_mix_with_two_operations_of_one_name_is_refused() => Assert.Contains(
        "2 operations named 'read'",
        Assert.Throws<HarnessException>(
            () => Scenario.CreateMix("s", ("read", 1, _ => Response.OkTask()), ("read", 2, _ => Response.OkTask()))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_missing_function_is_refused()
    {
        Assert.Throws<HarnessException>(() => Scenario.Create("s", null!));
        Assert.Throws<HarnessException>(() => Scenario.CreateMix("s", ("read", 1, null!)));
    }

    [Fact]
    public async Task Step_names_that_differ_in_each_iteration_are_capped_with_a_note_and_none_is_lost()
    {
        var scenario = Scenario.Create("s", async context =>
        {
            await context.Step($"step {context.InvocationNumber}", () => Task.CompletedTask);
            await context.Step("always", () => Task.CompletedTask);
            return Response.Ok();
        });

        var result = await new VirtualRun().Play(scenario.WithLoadSimulations(Simulation.Inject(1000, Seconds(1), Seconds(3))));

        Assert.InRange(result.Operations[0].Steps.Count, 100, 101);
        Assert.Equal(6000, result.Operations[0].Steps.Sum(step => step.Duration.Count));
        Assert.Equal(3000, result.Operations[0].Steps.Single(step => step.Name == "always").Duration.Count);
        Assert.Contains("more than a hundred different step names", Assert.Single(result.Notes), StringComparison.Ordinal);
    }

    private static async Task<ScenarioResult> OnRealClock(
        ScenarioProps scenario, LoadRunnerOptions? options = null, IProgress<LoadSnapshot>? view = null)
    {
        using var clock = new SystemLoadClock();
        return (await new LoadRunner(clock, options ?? new()).RunAsync([scenario], view, TestContext.Current.CancellationToken))[0];
    }

    private sealed class Told(Action<LoadSnapshot> tell) : IProgress<LoadSnapshot>
    {
        public void Report(LoadSnapshot value) => tell(value);
    }

    private sealed class ThrowingResponse : IResponse
    {
        public bool IsError => throw new InvalidOperationException("gone");

        public string Message => "";

        public long Items => 0;
    }

    private sealed class FailedWithoutWords : IResponse
    {
        public bool IsError => true;

        public string Message => null!;

        public long Items => 0;
    }

    private sealed class BlockingResponse(ManualResetEventSlim until) : IResponse
    {
        public bool IsError
        {
            get
            {
                until.Wait();
                return false;
            }
        }

        public string Message => "";

        public long Items => 0;
    }

    private sealed class MessagelessException : Exception
    {
        public override string Message => throw new InvalidOperationException("no words");
    }
}
