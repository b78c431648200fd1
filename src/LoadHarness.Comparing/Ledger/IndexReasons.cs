using System.Text.Json;
using LoadHarness.Checks.Verification;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Input;

namespace LoadHarness.Comparing.Ledger;

/// <summary>The reviewed file that says who wants an index: an object with a list called <c>reasons</c>.</summary>
public static class IndexReasons
{
    private const long LargestFile = 1_000_000;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
    };

    public static string DefaultFile { get; } = Path.Combine(AppContext.BaseDirectory, "scenarios", "index-reasons.json");

    /// <exception cref="HarnessException">The file cannot be read, or a line is wrong; all of them are named.</exception>
    public static IReadOnlyList<IndexReason> Read(string path)
    {
        var (bytes, fault) = InputFile.Read(path, LargestFile, "Give a file like scenarios/index-reasons.json");
        if (fault is not null) throw new HarnessException($"{path}: {fault}", ExitCode.BadUsage);
        try
        {
            var reasons = JsonSerializer.Deserialize<Content>(bytes, Format)?.Reasons
                ?? throw new JsonException("null; an object is allowed.");
            var errors = Errors(reasons).ToList();
            return errors.Count == 0 ? reasons
                : throw new HarnessException(string.Join(Environment.NewLine, errors.Select(error => $"{path}: {error}")),
                ExitCode.BadUsage);
        }
        catch (JsonException error)
        {
            throw new HarnessException($"{path}: {error.Message} Compare it with the file in the repository.", ExitCode.BadUsage);
        }
    }

    /// <param name="areOfArm">Whether they were given for this arm; those that ship with the program are of its own schema.</param>
    /// <param name="indexes">That the arm has.</param>
    /// <returns>Names in lines that nothing needs any more. Of an arm with fewer indexes, a line of another schema is none.</returns>
    public static IReadOnlyList<string> Stale(
        IReadOnlyList<IndexReason> reasons, bool areOfArm, ArmSpecification arm, IEnumerable<string> indexes) =>
        areOfArm || arm is { Schema: ArmSchema.Optimized, Without.Count: 0 }
            ? [.. reasons.Select(reason => reason.Index).Except(indexes)]
            : [];

    private static IEnumerable<string> Errors(IReadOnlyList<IndexReason> reasons)
    {
        var known = Requirements.All.Select(requirement => requirement.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var reason in reasons)
        {
            if (reason.Requirements.Count == 0 || string.IsNullOrWhiteSpace(reason.For))
                yield return $"{reason.Index}: give at least one id in \"requirements\", and \"for\": a line without them is no reason.";
            foreach (var id in reason.Requirements.Where(id => !known.Contains(id)))
                yield return $"{reason.Index}: there is no requirement '{id}'. Give an id of docs/requirements.md.";
        }

        foreach (var twice in reasons.GroupBy(reason => reason.Index).Where(group => group.Count() > 1))
            yield return $"{twice.Key} stands {twice.Count()} times; keep one line an index.";
    }

    private sealed record Content(IReadOnlyList<IndexReason> Reasons);
}
