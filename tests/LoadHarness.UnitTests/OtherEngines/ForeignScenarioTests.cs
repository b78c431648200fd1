using LoadHarness.Core.Measurement;
using LoadHarness.Core.Validity;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;
using LoadHarness.Load.OtherEngines;

namespace LoadHarness.UnitTests.OtherEngines;

public sealed class ForeignScenarioTests : IDisposable
{
    private readonly SystemLoadClock _clock = new();

    public void Dispose() => _clock.Dispose();

    [Fact]
    public async Task What_another_engine_started_is_marked_and_its_lag_is_unknown_and_not_nothing()
    {
        var result = await Play(Scenario.Create("s", _ => Response.OkTask()), 50);

        Assert.Equal("Other", result.ForeignEngine);
        Assert.Contains("by Other", result.LoadDescription, StringComparison.Ordinal);
        Assert.Equal(0, result.Operations[0].Lag.Count);
        Assert.All(result.Timeline, second => Assert.Null(second.LagP99));
    }

    [Fact]
    public async Task Response_time_is_service_time()
    {
        var result = await Play(Scenario.Create("s", async context =>
        {
            await context.Delay(TimeSpan.FromMilliseconds(1));
            return Response.Ok();
        }), 3);

        Assert.Equal(result.Operations[0].Service, result.Operations[0].Response);
        Assert.True(result.Operations[0].Response.Minimum > TimeSpan.Zero);
    }

    [Fact]
    public async Task Failures_and_exceptions_are_counted_with_their_reason_and_the_account_balances()
    {
        var result = await Play(Scenario.Create("s", context => (context.InvocationNumber % 3) switch
        {
            0 => Response.OkTask(),
            1 => Task.FromResult(Response.Fail("refused")),
            _ => throw new InvalidOperationException("broken\nwith values of a row"),
        }), 9);

        Assert.Equal(new Accounting(9, 3, 6, 0, 0), result.Accounting);
        Assert.Equal(["InvalidOperationException: broken", "refused"], result.Operations[0].Errors.Select(e => e.Message)
            .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_starts_within_the_warm_up_is_not_recorded()
    {
        var result = await Play(Scenario.Create("s", _ => Response.OkTask()).WithWarmUpDuration(TimeSpan.FromMinutes(1)), 20);

        Assert.Equal(0, result.Accounting.Scheduled);
    }

    [Fact]
    public async Task Iterations_in_flight_have_different_user_numbers_and_those_are_used_again()
    {
        var (release, users) = (new TaskCompletionSource(), new List<int>());
        var foreign = new ForeignScenario(Scenario.Create("s", async context =>
        {
            lock (users) users.Add(context.UserNumber);
            await release.Task;
            return Response.Ok();
        }).WithoutWarmUp(), 1, _clock);

        var first = Enumerable.Range(0, 4).Select(_ => foreign.InvokeAsync(isWarmUp: false, CancellationToken.None)).ToList();
        release.SetResult();
        await Task.WhenAll(first);
        await foreign.InvokeAsync(isWarmUp: false, CancellationToken.None);

        Assert.Equal([0, 1, 2, 3], users.Take(4));
        Assert.InRange(users[4], 0, 3);
    }

    [Fact]
    public async Task The_users_of_a_result_are_the_most_at_once_and_unknown_when_there_were_none()
    {
        var release = new TaskCompletionSource();
        var foreign = new ForeignScenario(Scenario.Create("s", async _ =>
        {
            await release.Task;
            return Response.Ok();
        }).WithoutWarmUp(), 1, _clock);
        var all = Enumerable.Range(0, 7).Select(_ => foreign.InvokeAsync(isWarmUp: false, CancellationToken.None)).ToList();
        release.SetResult();
        await Task.WhenAll(all);

        Assert.Equal(7, foreign.Result("Other").Users);
        Assert.Null(new ForeignScenario(Scenario.Create("s", _ => Response.OkTask()), 1, _clock).Result("Other").Users);
    }

    [Fact]
    public async Task What_is_still_running_when_the_engine_ends_is_in_flight()
    {
        var foreign = new ForeignScenario(
            Scenario.Create("s", context => context.InvocationNumber == 0 ? Response.OkTask() : new TaskCompletionSource<IResponse>().Task)
            .WithoutWarmUp(), 1, _clock);
        await foreign.InvokeAsync(isWarmUp: false, CancellationToken.None);
        _ = foreign.InvokeAsync(isWarmUp: false, CancellationToken.None);

        var result = foreign.Result("Other");

        Assert.Equal(new Accounting(2, 1, 0, 0, 1), result.Accounting);
        Assert.Empty(GeneratorChecks.Check(
            result with { Generator = new(0.1, 0, 0, 0, TimeSpan.Zero) }, TimeSpan.FromSeconds(1), 2,
            new ValidityLimits(FewestSamples: 0)));
    }

    private async Task<ScenarioResult> Play(ScenarioProps scenario, int iterations)
    {
        var foreign = new ForeignScenario(scenario, 1, _clock);
        for (var i = 0; i < iterations; i++)
            await foreign.InvokeAsync(isWarmUp: scenario.WarmUp > TimeSpan.Zero, TestContext.Current.CancellationToken);
        return foreign.Result("Other");
    }
}
