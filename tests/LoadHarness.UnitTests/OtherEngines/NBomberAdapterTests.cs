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
        { Simulation.IterationsForInject(20, Second, 100), "IterationsForInject 20 / 00:00:01, 100" },
        { Simulation.KeepConstant(16, Minute), "KeepConstant 16 for 00:01:00" },
        { Simulation.RampingConstant(16, Minute), "RampingConstant 16 for 00:01:00" },
        { Simulation.IterationsForConstant(4, 1000), "IterationsForConstant 4, 1000" },
        { Simulation.Pause(Minute), "Pause 00:01:00" },
    };

    [Theory]
    [MemberData(nameof(Simulations))]
    public void Every_simulation_is_said_in_NBombers_words(LoadSimulation ours, string theirs) =>
        Assert.Equal(theirs, NBomberSimulations.Translate(ours).Text);

    [Fact]
    public void What_NBomber_cannot_do_is_refused_with_the_way_out()
    {
        var poisson = Assert.Throws<HarnessException>(() => NBomberSimulations.Translate(Simulation.Inject(10, Second, Minute, Arrivals.Poisson)));
        var fraction = Assert.Throws<HarnessException>(() => NBomberSimulations.Translate(Simulation.Inject(Math.PI, Second, Minute)));

        Assert.Contains("leave --engine out", poisson.Message, StringComparison.Ordinal);
        Assert.Contains("leave --engine out", fraction.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_has_set_up_load_and_clean_up_and_its_result_names_the_engine()
    {
        var order = new List<string>();
        var scenario = Scenario.Create("s", context => Task.FromResult(context.InvocationNumber < 8 ? Response.Ok() : Response.Fail("refused")))
            .WithInit(_ => Note("init"))
            .WithClean(_ => Note("clean"))
            .WithoutWarmUp()
            .WithLoadSimulations(Simulation.KeepConstant(1, Second));

        var result = Assert.Single(NBomberLoadRunner.Run([scenario], 1, "reports-of-its-own", CancellationToken.None));

        Assert.Equal(["init", "clean"], order);
        Assert.Equal(new Accounting(10, 8, 2, 0, 0), result.Accounting);
        Assert.Equal("NBomber", result.ForeignEngine);
        Assert.Equal("reports-of-its-own", global::NBomber.CSharp.NBomberRunner.Last!.ReportFolder);

        Task Note(string what)
        {
            order.Add(what);
            return Task.CompletedTask;
        }
    }
}
