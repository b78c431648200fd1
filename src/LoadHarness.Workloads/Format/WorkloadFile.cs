using System.ComponentModel;
using System.Text.Json.Serialization;
using LoadHarness.Core.Input;
using LoadHarness.Core.Targets;

namespace LoadHarness.Workloads.Format;

/// <summary>The text of <c>workload.json</c>, as it stands there.</summary>
public sealed record WorkloadFile(
    [property: Description("In reports, and what a baseline is compared by.")] string Name,
    [property: Description("By name. Run one after the other, those of one group at once.")]
    IReadOnlyDictionary<string, ScenarioFile> Scenarios,
    [property: Description("For people.")] string? Description = null,
    [property: Description("By name: where the values of :name in the statements come from.")]
    IReadOnlyDictionary<string, ParameterFile>? Parameters = null,
    [property: Description("What to judge by, as in scenarios/targets.json.")] IReadOnlyList<Target>? Targets = null,
    [property: Description("A file of SQL, run once before anything else.")] string? SetUp = null,
    [property: Description("A file of SQL, run once at the end, also after a failure; on a given database, once the set-up ended.")]
    string? CleanUp = null,
    [property: Description("Tables to fill before the load, in this order.")] IReadOnlyList<SeedFile>? Seed = null,
    [property: Description("Whose each request is: a role and a setting that hold for the request alone.")] TenantFile? Tenant = null,
    [property: Description("By the name of a statement: what its answer must be. Another one is a failure.")]
    IReadOnlyDictionary<string, AnswerFile>? Answers = null,
    [property: JsonPropertyName("$schema"), Description("For editors.")] string? Schema = null);

/// <summary>What is run at once, and how hard.</summary>
public sealed record ScenarioFile(
    [property: Description("Name of a statement with its weight: 3 and 1 are three quarters and one.")]
    IReadOnlyDictionary<string, double> Operations,
    [property: Description("One after the other.")] IReadOnlyList<SimulationFile> Simulations,
    [property: Description("For people.")] string? Title = null,
    [property: Within(0, 3_600), Description("Load before anything is measured.")] TimeSpan? WarmUp = null,
    [property: Within(1, 10_000), Description("Open model: requests at once, each on a connection of its own. Default 100.")]
    int? MaxInFlight = null,
    [property: Within(0, 3_600), Description("Closed model: a user's pause after each response.")] TimeSpan? ThinkTime = null,
    [property: Within(0, 3_600), Description("Closed model: a user means to start every so often.")] TimeSpan? Pace = null,
    [property: Description("Scenarios of the same group run at once.")] string? Group = null,
    [property: Description("Statements of operations that have another name.")] IReadOnlyDictionary<string, string>? Statements = null,
    [property: Within(1, 10_000), Description(
        "With a tenant: connections that requests share, as an application's pool. Default one each.")]
    int? Connections = null)
{
    /// <summary>The name in the files of the statement behind an operation.</summary>
    public string StatementOf(string operation) => Statements?.GetValueOrDefault(operation) ?? operation;

    /// <summary>Names of the statements that it uses.</summary>
    public IEnumerable<string> Used() => Operations.Keys.Select(StatementOf);
}

/// <summary>How a request becomes a tenant's: for one transaction, in the same round trip as its statement.</summary>
public sealed record TenantFile(
    [property: Description("The setting that row security looks at, such as app.tenant.")] string Setting,
    [property: Description("The parameter with its value, such as \":customer.tenant\"; a statement can name another with -- tenant:.")]
    string Value,
    [property: Description("The role that requests have. Default that of the connection.")] string? Role = null);

/// <summary>What a statement must answer.</summary>
public sealed record AnswerFile(
    [property: Description("Fewest rows: a number, or \":name.column\". No more than atMost are wanted.")] Literal? AtLeast = null,
    [property: Description("Most rows.")] Literal? AtMost = null,
    [property: Description("Columns that have this value in each row.")] IReadOnlyDictionary<string, Literal>? Equal = null,
    [property: Description("Columns that are whole numbers, and no smaller.")] IReadOnlyDictionary<string, Literal>? Least = null,
    [property: Description("Columns that are whole numbers, and no larger.")] IReadOnlyDictionary<string, Literal>? Most = null)
{
    /// <summary>All that it names.</summary>
    [JsonIgnore]
    public IEnumerable<Literal> Values =>
        new[] { AtLeast, AtMost }.OfType<Literal>().Concat(new[] { Equal, Least, Most }.OfType<IReadOnlyDictionary<string, Literal>>()
            .SelectMany(columns => columns.Values));
}

/// <summary>The load simulations, under NBomber's names.</summary>
public enum SimulationKind
{
    Inject,
    RampingInject,
    InjectRandom,
    IterationsForInject,
    KeepConstant,
    RampingConstant,
    IterationsForConstant,
    Pause,
}

public enum ArrivalKind
{
    Even,
    Poisson,
}

/// <summary>One stretch of load.</summary>
public sealed record SimulationFile(
    SimulationKind Kind,
    [property: Within(0, 1_000_000), Description("Arrivals in each interval.")] double? Rate = null,
    [property: Within(0, 1_000_000)] double? MinRate = null,
    [property: Within(0, 1_000_000)] double? MaxRate = null,
    [property: Within(0.001, 86_400), Description("Default 1s.")] TimeSpan? Interval = null,
    [property: Within(0, 10_000), Description("Virtual users.")] int? Copies = null,
    [property: Within(1, 1e12)] long? Iterations = null,
    [property: Within(0.1, 604_800)] TimeSpan? During = null,
    [property: Description("Default even.")] ArrivalKind? Arrivals = null);

/// <summary>A table to fill.</summary>
public sealed record SeedFile(
    [property: Description("With its schema where that is not on the search path.")] string Table,
    [property: Description("How many, such as 5000 or \"5M\".")] Literal Rows,
    [property: Description("Columns by name, each with what makes its values.")]
    IReadOnlyDictionary<string, ParameterFile> Columns,
    [property: Description("Fill it although it holds rows: they stay. Default false.")] bool? Append = null);
