using System.Text.Json;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Targets;
using LoadHarness.Workloads.Format;
using LoadHarness.Workloads.Parameters;
using LoadHarness.Workloads.Sql;

namespace LoadHarness.Workloads;

/// <summary>A folder that was read and checked: what a run needs of it, whatever happens to the folder meanwhile.</summary>
/// <param name="Folder">As it was given.</param>
/// <param name="Statements">By name.</param>
/// <param name="SetUp">Empty for none.</param>
/// <param name="Checksum">Of all files: another text is another workload.</param>
public sealed record Workload(
    string Folder,
    WorkloadFile File,
    IReadOnlyDictionary<string, NamedStatements> Statements,
    IReadOnlyList<SqlStatement> SetUp,
    IReadOnlyList<SqlStatement> CleanUp,
    string Checksum)
{
    private static readonly Dictionary<string, ParameterFile> NoParameters = [];

    public string Name => File.Name;

    public IReadOnlyDictionary<string, ParameterFile> Parameters => File.Parameters ?? NoParameters;

    public IReadOnlyList<Target> Targets => File.Targets ?? [];

    /// <summary>What the rows of a fresh database follow from, but for the seed: set-up and seeded tables.</summary>
    public string Content => string.Join(
        '\n', SetUp.Select(statement => statement.Text).Append(JsonSerializer.Serialize(File.Seed, WorkloadFormat.Options)));

    /// <summary>What a target may name: each scenario with its operations.</summary>
    public IReadOnlyDictionary<string, IReadOnlyCollection<string>> Operations => File.Scenarios.ToDictionary(
        scenario => scenario.Key, IReadOnlyCollection<string> (scenario) => [.. scenario.Value.Operations.Keys]);

    /// <summary>Those that run at once, in the order of the file.</summary>
    public IEnumerable<IReadOnlyList<KeyValuePair<string, ScenarioFile>>> Groups => File.Scenarios
        .GroupBy(scenario => scenario.Value.Group is { } group ? $"group {group}" : $"scenario {scenario.Key}")
        .Select(group => group.ToList());

    /// <summary>What an iteration of a scenario may well take: the largest limit of its targets; zero where none is of a time.</summary>
    public TimeSpan ExpectedTimeOf(string scenario) => Targets.Where(target => target.Scenario == scenario)
        .Select(target => target.LongestResponse() ?? TimeSpan.Zero).DefaultIfEmpty().Max();

    /// <summary>What a statement cannot be sent without: its own name, and those of the statements that walk to its pages.</summary>
    public IEnumerable<string> NeededBy(string statement) =>
        PagesOf(statement).SelectMany(page => new[] { page.Value.First!, page.Value.Next! }).Prepend(statement);

    /// <summary>The same with some of its operations alone.</summary>
    /// <param name="isKept">Of <c>scenario/operation</c>.</param>
    public Workload Only(Func<string, bool> isKept) => this with
    {
        File = File with
        {
            Scenarios = File.Scenarios
                .Select(scenario => (scenario.Key, Kept: scenario.Value with
                {
                    Operations = scenario.Value.Operations
                        .Where(operation => isKept(OperationPath.Of(scenario.Key, operation.Key))).ToDictionary(),
                }))
                .Where(scenario => scenario.Kept.Operations.Count > 0)
                .ToDictionary(scenario => scenario.Key, scenario => scenario.Kept),
        },
    };

    /// <summary>Names of the statements that its scenarios need.</summary>
    internal IReadOnlyCollection<string> Used() => File.Scenarios.Values.SelectMany(scenario => scenario.Used())
        .SelectMany(NeededBy).Distinct(StringComparer.Ordinal).ToList();

    /// <summary>Parameters of a statement that are pages of a list.</summary>
    internal IEnumerable<KeyValuePair<string, ParameterFile>> PagesOf(string statement) => Parameters.Where(
        parameter => parameter.Value.Kind == ParameterKind.Pages && Statements[statement].Uses(parameter.Key));

    /// <summary>The parameter that says whose an operation's requests are: <c>customer.tenant</c>; null without tenants.</summary>
    internal string? TenantOf(NamedStatements operation) =>
        File.Tenant is { } tenant ? operation.Tenant ?? tenant.Value.TrimStart(':') : null;

    /// <summary>Names of parameters that an operation needs: for its statements, its tenant and its answer.</summary>
    internal IEnumerable<string> NeedsOf(NamedStatements operation)
    {
        IEnumerable<string> answer = File.Answers?.GetValueOrDefault(operation.Name) is { } file
            ? file.Values.Where(value => value.IsReference).Select(value => value.Text.TrimStart(':'))
            : [];
        return operation.Parameters.Concat(answer).Append(TenantOf(operation)).OfType<string>()
            .Select(reference => ParameterName.Split(reference).Name);
    }

    /// <summary>Rows of the CSV files, by parameter.</summary>
    internal IReadOnlyDictionary<string, RowSet> Csv { get; init; } = new Dictionary<string, RowSet>();
}
