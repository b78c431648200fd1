using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LoadHarness.Core;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;
using LoadHarness.Workloads.Format;

namespace LoadHarness.Workloads.Initial;

/// <summary>One operation of a workload that is being written.</summary>
/// <param name="Sql">Its named block.</param>
/// <param name="Weight">Among the others.</param>
public sealed record FirstOperation(string Name, string Sql, double Weight, IReadOnlyDictionary<string, ParameterFile> Parameters);

/// <summary>Writes the folder of a first workload: a person goes on from there.</summary>
/// <param name="Users">Of the closed model.</param>
public sealed record FirstWorkload(string Name, string Description, IReadOnlyList<FirstOperation> Operations, int Users, TimeSpan During)
{
    private const double AnyLimit = 100;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    /// <exception cref="HarnessException">Something is there already, or the folder cannot be written.</exception>
    public IReadOnlyList<string> Write(string folder)
    {
        RequireFree(folder);
        try
        {
            Directory.CreateDirectory(folder);
            var json = Path.Combine(folder, WorkloadFormat.FileName);
            File.WriteAllText(json, Json().ToJsonString(WorkloadFormat.Options) + "\n");
            var sql = Path.Combine(folder, "statements.sql");
            File.WriteAllText(sql, string.Join('\n', Operations.Select(operation => operation.Sql)), new UTF8Encoding(false));
            return [json, sql];
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new HarnessException($"{folder}: it cannot be written: {refused.Message.TrimEnd('.')}. Name another folder.",
                ExitCode.BadUsage);
        }
    }

    public static void RequireFree(string folder)
    {
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
            throw new HarnessException($"{folder}: it is there already and not empty. Name a folder that does not exist.",
                ExitCode.BadUsage);
    }

    // What claims of the harness's own schema need says nothing to a person who goes on from here.
    private JsonNode Json()
    {
        var json = JsonSerializer.SerializeToNode(Content(), WorkloadFormat.Options)!;
        foreach (var target in json["targets"]!.AsArray())
            foreach (var claim in (string[])["claimedAtContacts", "claimedItems"]) target!.AsObject().Remove(claim);
        return json;
    }

    private WorkloadFile Content() => new(
        Name,
        new Dictionary<string, ScenarioFile>
        {
            ["load"] = new(
                Operations.ToDictionary(operation => operation.Name, operation => operation.Weight),
                [new(SimulationKind.KeepConstant, Copies: Users, During: During)],
                WarmUp: WarmUp),
        },
        Description,
        Parameters(),
        [.. Operations.Select((operation, place) => new Target(
            $"TIME-{place + 1}", $"{operation.Name}: p95 of the response time, a limit to be changed", Statistic.ResponseP95, AnyLimit,
            LimitDirection.AtMost, "ms", "load", operation.Name, MinimumSamples: 100))]);

    private Dictionary<string, ParameterFile>? Parameters()
    {
        var all = Operations.SelectMany(operation => operation.Parameters).GroupBy(parameter => parameter.Key)
            .ToDictionary(group => group.Key, group => group.First().Value);
        return all.Count > 0 ? all : null;
    }
}
