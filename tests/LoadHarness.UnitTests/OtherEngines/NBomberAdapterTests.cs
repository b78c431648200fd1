using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.NBomber;

namespace LoadHarness.UnitTests.OtherEngines;

/// <summary>The adapter as it is, against a stand-in for NBomber.</summary>
public sealed class NBomberAdapterTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public static TheoryData<LoadSimulation, string> Simulations => new()
    {
        { Simulation.Inject(200, Second, Minute), "Inject 200 / 00:00:01 for 00:01:00" },
        { Simulation.Inject(2.5, Second, Minute), "Inject 5 / 00:00:02 for 00:01:00" },
        { Simulation.Inject(0.2, Second, Minute), "Inject 1 / 00:00:05 for 00:01:00" },
        { Simulation.Inject(90, Minute, Minute), "Inject 3 / 00:00:02 for 00:01:00" },
        { Simulation.RampingInject(50, Second, Minute), "RampingInject 50 / 00:00:01 for 00:01:00" },
        { Simulation.RampingInject(0, Second, Minute), "RampingInject 0 / 00:00:01 for 00:01:00" },
        { Simulation.InjectRandom(10, 30, 2 * Second, Minute), "InjectRandom 10 to 30 / 00:00:02 for 00:01:00" },
        { Simulation.IterationsForInject(20, Second, 100), "Inject 20 / 00:00:01 for 12:00:00" },
        { Simulation.KeepConstant(16, Minute), "KeepConstant 16 for 00:01:00" },
        { Simulation.RampingConstant(16, Minute), "RampingConstant 16 for 00:01:00" },
        { Simulation.IterationsForConstant(4, 1000), "KeepConstant 4 for 12:00:00" },
        { Simulation.Pause(Minute), "Pause 00:01:00" },
    };

    [Theory]
    [MemberData(nameof(Simulations))]
    public void Every_simulation_is_said_in_NBombers_words(LoadSimulation ours, string theirs) =>
        Assert.Equal(theirs, NBomberSimulations.Translate(ours).Text);

    [Fact]
    public void What_NBomber_cannot_do_is_refused_with_the_way_out()
    {
        var poisson = Assert.Throws<HarnessException>(
            () => NBomberSimulations.Translate(Simulation.Inject(10, Second, Minute, Arrivals.Poisson)));
        var fraction = Assert.Throws<HarnessException>(() => NBomberSimulations.Translate(Simulation.Inject(Math.PI, Second, Minute)));

        Assert.Contains("leave --engine out", poisson.Message, StringComparison.Ordinal);
        Assert.Contains("leave --engine out", fraction.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_has_set_up_load_and_clean_up_and_its_result_names_the_engine()
    {
        var order = new List<string>();
        var scenario = Scenario.Create(
            "s", context => Task.FromResult(context.InvocationNumber < 8 ? Response.Ok() : Response.Fail("refused")))
            .WithInit(_ => Note("init"))
            .WithClean(_ => Note("clean"))
            .WithoutWarmUp()
            .WithLoadSimulations(Simulation.KeepConstant(1, Second));

        var result = Assert.Single(NBomberLoadRunner.Run([scenario], 1, "reports-of-its-own", () => { }, CancellationToken.None));

        Assert.Equal(["init", "clean"], order);
        Assert.Equal(new Accounting(10, 8, 2, 0, 0), result.Accounting);
        Assert.Equal("NBomber", result.ForeignEngine);
        Assert.Equal(1, result.Users);
        Assert.Equal("reports-of-its-own", global::NBomber.CSharp.NBomberRunner.Last!.ReportFolder);

        Task Note(string what)
        {
            order.Add(what);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public void A_counted_load_ends_with_its_number_where_NBomber_cannot_count()
    {
        var scenario = Scenario.Create("s", _ => Response.OkTask()).WithoutWarmUp()
            .WithLoadSimulations(Simulation.IterationsForConstant(2, 4));

        var result = Assert.Single(NBomberLoadRunner.Run([scenario], 1, "r", () => { }, CancellationToken.None));

        Assert.Equal(new Accounting(4, 4, 0, 0, 0), result.Accounting);
        Assert.Equal("all iterations are done", global::NBomber.CSharp.NBomberRunner.LastStop);
    }

    [Fact]
    public void Measured_time_begins_with_the_load_and_not_with_the_pause_before_it()
    {
        var began = 0;
        var scenario = Scenario.Create("s", _ => Response.OkTask()).WithWarmUpDuration(Second)
            .WithLoadSimulations(Simulation.KeepConstant(1, Second));

        var result = Assert.Single(NBomberLoadRunner.Run([scenario], 1, "r", () => began++, CancellationToken.None));

        Assert.Equal(10, result.Accounting.Completed);
        Assert.Equal(1, began);
        Assert.True(result.Measured < global::NBomber.CSharp.NBomberRunner.Idle, $"measured {result.Measured}");
    }

    [Fact]
    public void After_a_cancellation_nothing_is_recorded_and_the_result_says_why_it_ended()
    {
        using var stop = new CancellationTokenSource();
        var scenario = Scenario.Create("s", context =>
        {
            if (context.InvocationNumber == 5) stop.Cancel();
            return context.InvocationNumber >= 5 ? Task.FromResult(Response.Fail("cancelled")) : Response.OkTask();
        }).WithoutWarmUp().WithLoadSimulations(Simulation.KeepConstant(1, Second));

        var result = Assert.Single(NBomberLoadRunner.Run([scenario], 1, "r", () => { }, stop.Token));

        Assert.Equal(new Accounting(6, 5, 0, 0, 1), result.Accounting);
        Assert.StartsWith("Interrupted", result.AbortReason, StringComparison.Ordinal);
        Assert.StartsWith("Interrupted", global::NBomber.CSharp.NBomberRunner.LastStop, StringComparison.Ordinal);
    }
}
