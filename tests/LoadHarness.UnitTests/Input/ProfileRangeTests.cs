using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using LoadHarness.Core.Input;
using LoadHarness.Core.Measurement;
using LoadHarness.Scenarios;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.UnitTests.Input;

/// <summary>Each scenario is built when the one before it has ended: a value that it cannot be built of ends a run after hours.</summary>
public sealed class ProfileRangeTests : IDisposable
{
    private static readonly SeedManifest Seeded = new(
        42, 1_000, "", 1, new DateOnly(2026, 10, 1), [], [], [], TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, Reused: false);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>Every field of every load with a range, at both of its ends, as a file says it.</summary>
    public static TheoryData<string, string, string> Ends()
    {
        var ends = new TheoryData<string, string, string>();
        foreach (var load in typeof(LoadProfile).GetProperties())
            foreach (var field in load.PropertyType.GetProperties())
                if (field.GetCustomAttribute<WithinAttribute>() is { } within)
                    foreach (var end in (double[])[within.Smallest, within.Largest])
                        ends.Add(NameOf(load), NameOf(field), field.PropertyType == typeof(TimeSpan) ? $"\"{end}s\"" : $"{end}");
        return ends;
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task Every_scenario_can_be_built_of_what_a_profile_may_say(string load, string field, string value)
    {
        const string name = "standard.json";
        var path = Path.Combine(_directory.Path, name);
        var file = JsonNode.Parse(await File.ReadAllTextAsync(
            Repository.File("scenarios", "profiles", name), TestContext.Current.CancellationToken))!;
        // Users who stay shorter than they think are refused: each end of the one goes with that of the other which allows it.
        file["mixedUsers"]!["thinkTime"] = "0s";
        file["mixedUsers"]!["during"] = "604800s";
        file[load]![field] = JsonNode.Parse(value);
        await File.WriteAllTextAsync(path, file.ToJsonString(), TestContext.Current.CancellationToken);
        var profile = ProfileCatalog.Find(path, out var faults);
        Assert.Empty(faults);

        await using var environment = ScenarioEnvironment.Open(
            (_, _, _, _) => throw new InvalidOperationException("no server is asked"), Seeded, profile!);

        Assert.All(ScenarioCatalog.All, scenario => Assert.NotEmpty(scenario.Build(environment)));
    }

    private static string NameOf(PropertyInfo property) => JsonNamingPolicy.CamelCase.ConvertName(property.Name);
}
