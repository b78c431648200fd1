// Stands in for the part of NBomber's public interface that versions 4 to 6 share, so that the adapter is compiled and its translation
// tested where the package is not to be had. The names and signatures are NBomber's.
#pragma warning disable IDE0130

using NBomber.Contracts;
using NBomber.Contracts.Stats;

namespace NBomber.Contracts
{
    public interface IResponse
    {
        bool IsError { get; }

        string Message { get; }
    }

    public interface IScenarioContext;

    public interface IScenarioInitContext;

    public sealed record LoadSimulation(string Text);

    public sealed record ScenarioProps(string Name, Func<IScenarioContext, Task<IResponse>> Run)
    {
        public Func<IScenarioInitContext, Task>? Init { get; init; }

        public Func<IScenarioInitContext, Task>? Clean { get; init; }

        public TimeSpan? WarmUp { get; init; }

        public IReadOnlyList<LoadSimulation> Simulations { get; init; } = [];
    }
}

namespace NBomber.Contracts.Stats
{
    public sealed record NodeStats;
}

namespace NBomber.CSharp
{
    public sealed record Response<T>(bool IsError, string Message) : IResponse;

    public static class Response
    {
        public static Response<object> Ok(string statusCode = "", int sizeBytes = 0, string message = "") => new(false, message);

        public static Response<object> Fail(string statusCode = "", string message = "", int sizeBytes = 0) => new(true, message);
    }

    public static class Simulation
    {
        public static LoadSimulation Inject(int rate, TimeSpan interval, TimeSpan during) => new($"Inject {rate} / {interval} for {during}");

        public static LoadSimulation RampingInject(int rate, TimeSpan interval, TimeSpan during) => new($"RampingInject {rate} / {interval} for {during}");

        public static LoadSimulation InjectRandom(int minRate, int maxRate, TimeSpan interval, TimeSpan during) => new($"InjectRandom {minRate} to {maxRate} / {interval} for {during}");

        public static LoadSimulation IterationsForInject(int rate, TimeSpan interval, int iterations) => new($"IterationsForInject {rate} / {interval}, {iterations}");

        public static LoadSimulation KeepConstant(int copies, TimeSpan during) => new($"KeepConstant {copies} for {during}");

        public static LoadSimulation RampingConstant(int copies, TimeSpan during) => new($"RampingConstant {copies} for {during}");

        public static LoadSimulation IterationsForConstant(int copies, int iterations) => new($"IterationsForConstant {copies}, {iterations}");

        public static LoadSimulation Pause(TimeSpan during) => new($"Pause {during}");
    }

    public static class Scenario
    {
        public static ScenarioProps Create(string name, Func<IScenarioContext, Task<IResponse>> run) => new(name, run);

        public static ScenarioProps WithInit(this ScenarioProps scenario, Func<IScenarioInitContext, Task> initFunc) => scenario with { Init = initFunc };

        public static ScenarioProps WithClean(this ScenarioProps scenario, Func<IScenarioInitContext, Task> cleanFunc) => scenario with { Clean = cleanFunc };

        public static ScenarioProps WithWarmUpDuration(this ScenarioProps scenario, TimeSpan duration) => scenario with { WarmUp = duration };

        public static ScenarioProps WithoutWarmUp(this ScenarioProps scenario) => scenario with { WarmUp = TimeSpan.Zero };

        public static ScenarioProps WithLoadSimulations(this ScenarioProps scenario, params LoadSimulation[] loadSimulations) => scenario with { Simulations = loadSimulations };
    }

    public sealed record NBomberContext(IReadOnlyList<ScenarioProps> Scenarios)
    {
        public string ReportFolder { get; init; } = "";
    }

    public static class NBomberRunner
    {
        private sealed class Nothing : IScenarioContext, IScenarioInitContext;

        /// <summary>What was last run, for a test to look at.</summary>
        public static NBomberContext? Last { get; private set; }

        public static NBomberContext RegisterScenarios(params ScenarioProps[] scenarios) => new(scenarios);

        public static NBomberContext WithTestSuite(this NBomberContext context, string testSuite) => context;

        public static NBomberContext WithTestName(this NBomberContext context, string testName) => context;

        public static NBomberContext WithReportFolder(this NBomberContext context, string reportFolderPath) => context with { ReportFolder = reportFolderPath };

        /// <summary>Ten iterations of each scenario, one after the other.</summary>
        public static NodeStats Run(this NBomberContext context, params string[] args)
        {
            Last = context;
            var nothing = new Nothing();
            foreach (var scenario in context.Scenarios)
            {
                scenario.Init?.Invoke(nothing).Wait();
                for (var i = 0; i < 10; i++) scenario.Run(nothing).Wait();
                scenario.Clean?.Invoke(nothing).Wait();
            }

            return new NodeStats();
        }
    }
}
