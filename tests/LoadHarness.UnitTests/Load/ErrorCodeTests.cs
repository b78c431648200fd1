using System.Data.Common;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;
using LoadHarness.Load;
using static LoadHarness.UnitTests.Load.VirtualRun;

namespace LoadHarness.UnitTests.Load;

/// <summary>What a database refuses is counted by its SQLSTATE, whatever driver says so and however deep the exception lies.</summary>
public sealed class ErrorCodeTests
{
    private static readonly DatabaseException Timeout = new("57014: canceling statement due to statement timeout\n\nPOSITION: 8", "57014");

    public static TheoryData<ErrorCount, Exception> Thrown => new()
    {
        { new("canceling statement due to statement timeout", 1, "57014"), Timeout },
        { new("too many clients", 1, "53300"), new DatabaseException("too many clients", "53300") },
        { new("canceling statement due to statement timeout", 1, "57014"), new InvalidOperationException("The import failed.", Timeout) },
        { new("canceling statement due to statement timeout", 1, "57014"),
            new AggregateException(new InvalidOperationException("no", Timeout)) },
        { new("DatabaseException: connection reset", 1), new DatabaseException("connection reset", null) },
        { new("DatabaseException: connection reset", 1), new DatabaseException("connection reset", "") },
        { new("Wordless", 1), new Wordless() },
        { new("cancelled", 1), new OperationCanceledException("stop", Timeout) },
        { new("InvalidOperationException: broken", 1), new InvalidOperationException("broken") },
    };

    [Theory]
    [MemberData(nameof(Thrown))]
    public async Task An_exception_is_counted_by_the_code_of_its_cause(ErrorCount expected, Exception thrown)
    {
        var now = await Play(context => context.InvocationNumber == 3 ? throw thrown : Response.OkTask());
        var later = await Play(async context =>
        {
            await context.Delay(Milliseconds(1));
            return context.InvocationNumber == 3 ? throw thrown : Response.Ok();
        });

        Assert.Equal([expected], now.Operations[0].Errors);
        Assert.Equal([expected], later.Operations[0].Errors);
    }

    [Fact]
    public async Task A_targets_reason_names_the_codes_with_their_counts()
    {
        var result = await Play(
            context => (context.InvocationNumber % 254) switch
            {
                < 90 => throw Timeout,
                < 100 => Task.FromResult(Response.Fail("too many clients", "53300")),
                _ => Response.OkTask(),
            },
            Simulation.IterationsForInject(254, Seconds(1), 254));
        var target = new Target("TQ-1", "Lead queries", Statistic.ResponseP95, 500, LimitDirection.AtMost, "ms", "s", null, 100);

        var verdict = Assert.Single(TargetJudge.Decide(SampleRun.Create() with { Scenarios = [result] }, [target]));

        Assert.Equal(VerdictKind.Missed, verdict.Kind);
        Assert.Contains(
            "100 of 254 requests failed (39.4%; at most 1% allowed): 57014 canceling statement due to statement timeout (90), "
                + "53300 too many clients (10)",
            verdict.Reason,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Texts_without_end_leave_the_code_and_a_text_of_its_own_in_the_reason()
    {
        var result = await Play(
            context => throw new DatabaseException($"invalid input syntax: {context.InvocationNumber}", "22P02"),
                Simulation.IterationsForInject(1000, Seconds(1), 1000));

        Assert.InRange(result.Operations[0].Errors.Count, 100, 102);
        var group = Assert.Single(ErrorGroups.Of(result).Groups);
        Assert.Equal(("22P02", 1000), (group.Code, group.Count));
        Assert.StartsWith("invalid input syntax: ", group.FirstText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Codes_without_end_are_cut_and_capped()
    {
        var result = await Play(
            context => Task.FromResult(Response.Fail("no", context.InvocationNumber + new string('x', 10_000))),
                Simulation.IterationsForInject(1000, Seconds(1), 1000));

        Assert.InRange(result.Operations[0].Errors.Count, 100, 201);
        Assert.All(result.Operations[0].Errors, error => Assert.True(error.Code is null or { Length: < 50 }));
        Assert.Equal(1000, result.Operations[0].Errors.Sum(error => error.Count));
    }

    private static Task<ScenarioResult> Play(Func<IScenarioContext, Task<IResponse>> run, LoadSimulation? simulation = null) =>
        new VirtualRun().Play(Scenario.Create("s", run).WithLoadSimulations(simulation ?? Simulation.Inject(10, Seconds(1), Seconds(1))));

    private class DatabaseException(string message, string? state) : DbException(message)
    {
        public override string? SqlState => state;
    }

    private sealed class Wordless() : DatabaseException("", "57014")
    {
        public override string Message => throw new InvalidOperationException("no words");
    }
}
