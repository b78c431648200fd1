using System.Text.Json;
using System.Text.Json.Serialization;
using LoadHarness.Core.Measurement;
using LoadHarness.Postgres.Workload;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.Scenarios.OtherEngines;

/// <summary>What a program that holds another engine is asked to run. It holds a password: it is sent over standard input.</summary>
/// <param name="Scenario">Of the catalog; what it runs at once runs in the one program.</param>
/// <param name="LeadsSetAside">By the imports of this run until now.</param>
/// <param name="ReportDirectory">For the engine's own report. It may delete what is in there.</param>
/// <param name="AnswerFile">Where the <see cref="EngineAnswer"/> is written.</param>
public sealed record EngineRequest(
    string ConnectionString,
    bool ThroughPooler,
    SeedManifest Seed,
    LoadProfile Profile,
    string Scenario,
    ulong RunSeed,
    int LeadsSetAside,
    string ReportDirectory,
    string AnswerFile)
{
    /// <summary>The line that the program writes when the first measured request begins.</summary>
    public const string Measuring = "measuring";

    /// <summary>As <see cref="ScenarioEnvironment.LeadsBefore"/>.</summary>
    public long LeadsBefore { get; init; }

    /// <inheritdoc cref="TenantLogin"/>
    public int MostSessions { get; init; } = int.MaxValue;

    /// <summary>As run.json.</summary>
    public static JsonSerializerOptions Format { get; } = new(JsonSerializerDefaults.Web)
    {
        IgnoreReadOnlyProperties = true,
        Converters = { new SecondsConverter(), new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };
}

/// <param name="Scenarios">As in run.json.</param>
/// <param name="Sent">What they sent, so that the server's statements can be told apart.</param>
public sealed record EngineAnswer(IReadOnlyList<ScenarioResult> Scenarios, IReadOnlyList<SentBy> Sent, int LeadsSetAside);

public sealed record SentBy(string Scenario, string Statement, string Operation);
