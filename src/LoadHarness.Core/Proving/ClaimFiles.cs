using System.Text.Json;
using System.Text.Json.Serialization;
using LoadHarness.Core.Input;
using LoadHarness.Core.Targets;

namespace LoadHarness.Core.Proving;

/// <summary>Reads the contracts of <c>scenarios/claims</c>, and names file and field of everything that is wrong in them.</summary>
public static class ClaimFiles
{
    /// <summary>The baseline that a claim about two schemas is judged against, and no other.</summary>
    public const string Careful = "C";

    private const long LargestFile = 100_000;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    private static readonly JsonShape Shape = new(Format, unknownFieldsAreFaults: true);

    /// <param name="operations">Those that can be measured, as <c>scenario/operation</c>.</param>
    /// <returns>In the order of the targets.</returns>
    /// <exception cref="HarnessException">A file is wrong; all of them are named.</exception>
    public static IReadOnlyList<ClaimContract> Read(string folder, IReadOnlyList<Target> targets, IReadOnlyCollection<string> operations)
    {
        var faults = new List<string>();
        var contracts = new List<ClaimContract>();
        foreach (var file in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            var (bytes, unreadable) = InputFile.Read(file, LargestFile, "Give a file like those in scenarios/claims");
            var (contract, wrong) = unreadable is null
                ? Check(bytes, Path.GetFileNameWithoutExtension(file), targets, operations)
                : (null, [unreadable]);
            faults.AddRange(InputFault.Lines(file, wrong));
            if (contract is not null) contracts.Add(contract);
        }

        if (contracts.Count == 0 && faults.Count == 0) faults.Add($"{folder}: there is no claim. Give a folder like scenarios/claims.");
        var order = targets.Select((target, place) => (target.Id, place)).ToDictionary(entry => entry.Id, entry => entry.place);
        return faults.Count == 0
            ? [.. contracts.OrderBy(contract => order[contract.Id])]
            : throw new HarnessException(string.Join(Environment.NewLine, faults), ExitCode.BadUsage);
    }

    /// <param name="name">Of the file, without its ending.</param>
    public static (ClaimContract? Contract, IReadOnlyList<InputFault> Faults) Check(
        ReadOnlySpan<byte> json, string name, IReadOnlyList<Target> targets, IReadOnlyCollection<string> operations)
    {
        var faults = Shape.Check<ClaimContract>(json);
        if (faults.Count > 0) return (null, faults);
        var contract = JsonSerializer.Deserialize<ClaimContract>(json, Format)!;
        faults = [.. Rules(contract, name, targets), .. OperationRules(contract, operations)];
        return faults.Count == 0 ? (contract, []) : (null, faults);
    }

    private static IEnumerable<InputFault> Rules(ClaimContract contract, string name, IReadOnlyList<Target> targets)
    {
        if (contract.Id != name) yield return new("id", $"it is \"{contract.Id}\"", $"Allowed: \"{name}\", as the file is called");
        var target = targets.FirstOrDefault(one => one.Id == contract.Id);
        if (target is not { Statistic: Targets.Statistic.Comparison })
            yield return new("id", $"targets.json has no comparison \"{contract.Id}\", so there is no limit",
                "Allowed: the id of a target whose statistic is comparison");
        foreach (var (field, text) in new[] { ("claim", contract.Claim), ("definition", contract.Definition),
            ("notWorse", contract.NotWorse) })
            if (string.IsNullOrWhiteSpace(text)) yield return new(field, "it is empty", "Allowed: a sentence");
        if (contract.Statistic != ClaimStatistic.ConnectionTime && contract.Baseline != Careful)
            yield return new("baseline", $"it is \"{contract.Baseline}\"",
                $"Allowed: \"{Careful}\"; N and X stand next to it, and judge nothing");
        if (contract.Statistic == ClaimStatistic.BoundedSearch && contract.Search is null
            && string.IsNullOrWhiteSpace(contract.NotMeasured))
            yield return new("search", "it is missing", "Allowed: a search, or notMeasured with what would do it");
        if (contract.Search is { } search && !(search.Least <= search.First && search.First <= search.Most))
            yield return new("search.first", "it does not lie between least and most", "Allowed: a level between the two");
        foreach (var (id, place) in (contract.NotWorseIn ?? []).Select((id, place) => (id, place)))
        {
            var others = targets.Where(one => one.Statistic == Targets.Statistic.Comparison && one.Id != contract.Id)
                .Select(one => one.Id).ToList();
            if (!others.Contains(id))
                yield return new($"notWorseIn[{place}]", $"there is no other claim \"{id}\"", Spelling.Advice(id, others));
        }

        var unit = contract.Statistic is ClaimStatistic.BoundedSearch or ClaimStatistic.RequestsPerCpuSecond ? "x" : "%";
        if (target is not null && target.Unit != unit)
            yield return new("statistic", $"its figure is in {unit}, the limit in targets.json in {target.Unit}",
                "Allowed: a statistic of the limit's unit");
    }

    private static IEnumerable<InputFault> OperationRules(ClaimContract contract, IReadOnlyCollection<string> operations)
    {
        var needsSome = contract.Statistic is not (ClaimStatistic.IndexBytes or ClaimStatistic.AllBytes or ClaimStatistic.ConnectionTime);
        if (needsSome && contract.Operations.Count == 0)
            yield return new("operations", "there is none", "Allowed: at least one, with its weight");
        if (!needsSome && contract.Operations.Count > 0)
            yield return new("operations", "this statistic is of the whole database", "Allowed: an empty list");
        if (contract.Operations.FirstOrDefault(operation => operation.Part is not null) is { Part: { } part })
        {
            if (contract.Statistic != ClaimStatistic.MeanResponseTime)
                yield return new("operations", $"they have parts such as \"{part}\"",
                    "Allowed: parts where the statistic is meanResponseTime");
            if (contract.Operations.Any(operation => string.IsNullOrWhiteSpace(operation.Part)))
                yield return new("operations", "some have a part, and some have none", "Give each operation one, or none of them");
        }

        foreach (var (operation, place) in contract.Operations.Select((operation, place) => (operation, place)))
        {
            if (!operations.Contains(operation.Name))
                yield return new($"operations[{place}].name", $"there is no operation \"{operation.Name}\"",
                    Spelling.Advice(operation.Name, [.. operations]));
            if (contract.Operations.Take(place).Any(earlier => earlier.Name == operation.Name))
                yield return new($"operations[{place}].name", $"\"{operation.Name}\" stands twice", "Keep one of them");
        }
    }
}
