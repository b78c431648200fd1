using System.Text.Json;
using LoadHarness.Core;
using LoadHarness.Core.Input;
using LoadHarness.Load;

namespace LoadHarness.Workloads.Format;

/// <summary>What a load simulation of a kind may say, and must; and the engine's own simulation of it.</summary>
internal static class SimulationRules
{
    private static readonly Dictionary<SimulationKind, (string[] Needed, string[] Allowed)> Fields =
        new()
        {
            [SimulationKind.Inject] = (["rate", "during"], ["interval", "arrivals"]),
            [SimulationKind.RampingInject] = (["rate", "during"], ["interval", "arrivals"]),
            [SimulationKind.InjectRandom] = (["minRate", "maxRate", "during"], ["interval"]),
            [SimulationKind.IterationsForInject] = (["rate", "iterations"], ["interval", "arrivals"]),
            [SimulationKind.KeepConstant] = (["copies", "during"], []),
            [SimulationKind.RampingConstant] = (["copies", "during"], []),
            [SimulationKind.IterationsForConstant] = (["copies", "iterations"], []),
            [SimulationKind.Pause] = (["during"], []),
        };

    public static bool IsClosed(SimulationKind kind) =>
        kind is SimulationKind.KeepConstant or SimulationKind.RampingConstant or SimulationKind.IterationsForConstant;

    public static IEnumerable<InputFault> Faults(string field, ScenarioFile scenario)
    {
        if (scenario.Simulations.Count == 0) yield return new($"{field}.simulations", "there is none", "Give at least one");
        for (var i = 0; i < scenario.Simulations.Count; i++)
            foreach (var fault in Faults($"{field}.simulations[{i}]", scenario.Simulations[i])) yield return fault;
        if (scenario.ThinkTime is not null && scenario.Pace is not null)
            yield return new($"{field}.pace", "thinkTime is given too", "Keep one of them");
        var isClosed = scenario.Simulations.Any(simulation => IsClosed(simulation.Kind));
        var isOpen = scenario.Simulations.Any(simulation => !IsClosed(simulation.Kind) && simulation.Kind != SimulationKind.Pause);
        if (isClosed && isOpen)
            yield return new($"{field}.simulations", "users (closed model) and arrivals (open model) stand in one scenario",
                "Make two scenarios of them");
        if (!isClosed && (scenario.ThinkTime ?? scenario.Pace) is not null)
            yield return new($"{field}.{(scenario.ThinkTime is null ? "pace" : "thinkTime")}", "no simulation of it has users",
                "Leave it out, or use keepConstant");
        if (isClosed && scenario.MaxInFlight is not null)
            yield return new($"{field}.maxInFlight", "users wait for their response", "Leave it out: copies is the limit");
        foreach (var fault in PaceFaults(field, scenario)) yield return fault;
    }

    /// <exception cref="HarnessException">The engine refuses a number.</exception>
    public static LoadSimulation Simulation(SimulationFile file)
    {
        var interval = file.Interval ?? TimeSpan.FromSeconds(1);
        var arrivals = file.Arrivals == ArrivalKind.Poisson ? Arrivals.Poisson : Arrivals.Even;
        return file.Kind switch
        {
            SimulationKind.Inject => Load.Simulation.Inject(file.Rate!.Value, interval, file.During!.Value, arrivals),
            SimulationKind.RampingInject => Load.Simulation.RampingInject(file.Rate!.Value, interval, file.During!.Value, arrivals),
            SimulationKind.InjectRandom =>
                Load.Simulation.InjectRandom(file.MinRate!.Value, file.MaxRate!.Value, interval, file.During!.Value),
            SimulationKind.IterationsForInject =>
                Load.Simulation.IterationsForInject(file.Rate!.Value, interval, file.Iterations!.Value, arrivals),
            SimulationKind.KeepConstant => Load.Simulation.KeepConstant(file.Copies!.Value, file.During!.Value),
            SimulationKind.RampingConstant => Load.Simulation.RampingConstant(file.Copies!.Value, file.During!.Value),
            SimulationKind.IterationsForConstant => Load.Simulation.IterationsForConstant(file.Copies!.Value, file.Iterations!.Value),
            _ => Load.Simulation.Pause(file.During!.Value),
        };
    }

    // The first starts of users who come together are spread over a whole pace: some would lie behind the end.
    private static IEnumerable<InputFault> PaceFaults(string field, ScenarioFile scenario)
    {
        if (scenario.Pace is not { } pace) yield break;
        var before = 0;
        foreach (var (place, simulation) in scenario.Simulations.Index())
        {
            // Those who came last leave first.
            var stay = scenario.Simulations.Skip(place)
                .TakeWhile(stretch => HoldsUsers(stretch) && stretch.Copies >= simulation.Copies).ToList();
            var comes = simulation is { Kind: SimulationKind.KeepConstant, Copies: { } copies } && copies > before;
            before = HoldsUsers(simulation) ? simulation.Copies ?? 0 : 0;
            if (!comes || stay.Any(stretch => stretch.During is null)) continue;
            var seconds = stay.Sum(stretch => stretch.During!.Value.TotalSeconds);
            if (pace.TotalSeconds > seconds)
                yield return new(
                    $"{field}.pace",
                    $"it is {pace.TotalSeconds:0.###} s, and users of simulations[{place}] stay {seconds:0.###} s: some would never start",
                    $"Allowed: up to {seconds:0.###} s");
        }

        static bool HoldsUsers(SimulationFile simulation) =>
            simulation.Kind is SimulationKind.KeepConstant or SimulationKind.RampingConstant;
    }

    private static IEnumerable<InputFault> Faults(string field, SimulationFile file)
    {
        var word = JsonNamingPolicy.CamelCase.ConvertName(file.Kind.ToString());
        var given = Given(file);
        var (needed, allowed) = Fields[file.Kind];
        foreach (var name in needed.Except(given))
            yield return new($"{field}.{name}", "it is missing", $"{word} needs {string.Join(" and ", needed)}");
        foreach (var name in given.Except(needed).Except(allowed))
            yield return new($"{field}.{name}", $"{word} has no such field",
                $"Allowed: {string.Join(", ", needed.Concat(allowed).Append("kind"))}");
        if (needed.Except(given).Any()) yield break;
        var refused = "";
        try
        {
            _ = Simulation(file);
        }
        catch (HarnessException wrong)
        {
            refused = wrong.Message;
        }

        if (refused.Length > 0) yield return new(field, refused.TrimEnd('.'), "Correct it");
    }

    private static List<string> Given(SimulationFile file)
    {
        (string Name, object? Value)[] fields =
        [
            ("rate", file.Rate), ("minRate", file.MinRate), ("maxRate", file.MaxRate), ("interval", file.Interval),
            ("copies", file.Copies), ("iterations", file.Iterations), ("during", file.During), ("arrivals", file.Arrivals),
        ];
        return [.. fields.Where(field => field.Value is not null).Select(field => field.Name)];
    }
}
