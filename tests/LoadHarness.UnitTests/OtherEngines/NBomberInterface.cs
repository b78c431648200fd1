// Stands in for the part of NBomber 4.1's public interface that the adapter uses, so that it is compiled and its translation
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

    public enum ScenarioOperation
    {
        Init,
        Clean,
        WarmUp,
        Bombing,
    }

    public sealed record ScenarioInfo(ScenarioOperation ScenarioOperation);

    public interface IScenarioContext
    {
        ScenarioInfo ScenarioInfo { get; }

        void StopScenario(string scenarioName, string reason);

        void StopCurrentTest(string reason);
    }

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
        public static LoadSimulation Inject(int rate, TimeSpan interval, TimeSpan during) =>
            new($"Inject {rate} / {interval} for {during}");

        public static LoadSimulation RampingInject(int rate, TimeSpan interval, TimeSpan during) =>
            new($"RampingInject {rate} / {interval} for {during}");

        public static LoadSimulation InjectRandom(int minRate, int maxRate, TimeSpan interval, TimeSpan during) =>
            new($"InjectRandom {minRate} to {maxRate} / {interval} for {during}");

        public static LoadSimulation KeepConstant(int copies, TimeSpan during) => new($"KeepConstant {copies} for {during}");

        public static LoadSimulation RampingConstant(int copies, TimeSpan during) => new($"RampingConstant {copies} for {during}");

        public static LoadSimulation Pause(TimeSpan during) => new($"Pause {during}");
    }

    public static class Scenario
    {
        public static ScenarioProps Create(string name, Func<IScenarioContext, Task<IResponse>> run) => new(name, run);

        public static ScenarioProps WithInit(this ScenarioProps scenario, Func<IScenarioInitContext, Task> initFunc) => scenario with
        {
            Init = initFunc,
        };

        public static ScenarioProps WithClean(this ScenarioProps scenario, Func<IScenarioInitContext, Task> cleanFunc) => scenario with
        {
            Clean = cleanFunc,
        };

        public static ScenarioProps WithWarmUpDuration(this ScenarioProps scenario, TimeSpan duration) => scenario with
        {
            WarmUp = duration,
        };

        public static ScenarioProps WithoutWarmUp(this ScenarioProps scenario) => scenario with { WarmUp = TimeSpan.Zero };

        public static ScenarioProps WithLoadSimulations(this ScenarioProps scenario, params LoadSimulation[] loadSimulations) =>
            scenario with { Simulations = loadSimulations };
    }

    public sealed record NBomberContext(IReadOnlyList<ScenarioProps> Scenarios)
    {
        public string ReportFolder { get; init; } = "";
    }

    public static class NBomberRunner
    {
        private const int WarmUps = 3;
        private const int Most = 10;

        /// <summary>What was last run, for a test to look at.</summary>
        public static NBomberContext? Last { get; private set; }

        public static NBomberContext RegisterScenarios(params ScenarioProps[] scenarios) => new(scenarios);

        public static NBomberContext WithTestSuite(this NBomberContext context, string testSuite) => context;

        public static NBomberContext WithTestName(this NBomberContext context, string testName) => context;

        public static NBomberContext WithReportFolder(this NBomberContext context, string reportFolderPath) => context with
        {
            ReportFolder = reportFolderPath,
        };

        /// <summary>
        /// Three iterations to warm up, where there is a warm-up, a pause as NBomber has it, and ten of the load or until it is stopped.
        /// </summary>
        public static NodeStats Run(this NBomberContext context, params string[] args)
        {
            Last = context;
            foreach (var scenario in context.Scenarios)
            {
                var iteration = new Iteration();
                scenario.Init?.Invoke(iteration).Wait();
                iteration.ScenarioInfo = new(ScenarioOperation.WarmUp);
                for (var i = 0; scenario.WarmUp > TimeSpan.Zero && i < WarmUps; i++) scenario.Run(iteration).Wait();
                if (scenario.WarmUp > TimeSpan.Zero) Thread.Sleep(Idle);
                iteration.ScenarioInfo = new(ScenarioOperation.Bombing);
                for (var i = 0; i < Most && iteration.Stopped is null; i++) scenario.Run(iteration).Wait();
                LastStop = iteration.Stopped;
                scenario.Clean?.Invoke(iteration).Wait();
            }

            return new NodeStats();
        }

        /// <summary>Between warm-up and load.</summary>
        public static TimeSpan Idle { get; } = TimeSpan.FromMilliseconds(300);

        public static string? LastStop { get; private set; }

        private sealed class Iteration : IScenarioContext, IScenarioInitContext
        {
            public ScenarioInfo ScenarioInfo { get; set; } = new(ScenarioOperation.Init);

            public string? Stopped { get; private set; }

            public void StopScenario(string scenarioName, string reason) => Stopped = reason;

            public void StopCurrentTest(string reason) => Stopped = reason;
        }
    }
}
