using LoadHarness.Core.Words;

namespace LoadHarness.Core.Measurement;

/// <summary>Errors of one kind.</summary>
/// <param name="Code">SQLSTATE; null where no database was the cause.</param>
/// <param name="FirstText">The text of the most frequent of them.</param>
public sealed record ErrorGroup(string? Code, string FirstText, long Count)
{
    private const int LongestText = 100;

    /// <summary>Code and text, cut to what fits a line: "57014 canceling statement due to statement timeout (90)".</summary>
    public string Words => $"{string.Join(' ', new[] { Code, Short }.Where(part => part is { Length: > 0 }))} ({Format.Count(Count)})";

    private string Short => Format.Cut(FirstText.ReplaceLineEndings(" "), LongestText);
}

/// <summary>Errors by their SQLSTATE, or by their text where they have none, the most frequent first.</summary>
/// <param name="Groups">At most <see cref="Most"/>.</param>
/// <param name="Others">Errors of further groups.</param>
public sealed record ErrorGroups(IReadOnlyList<ErrorGroup> Groups, long Others)
{
    public const int Most = 20;

    /// <summary>So many are told in a sentence.</summary>
    private const int InASentence = 3;

    public static ErrorGroups Of(IEnumerable<ErrorCount> errors)
    {
        var groups = errors
            .GroupBy(error => error.Code ?? error.Message)
            .Select(group => (Chief: group.MaxBy(error => (error.Message != ErrorCount.Others, error.Count))!,
                Count: group.Sum(error => error.Count)))
            .Select(group => new ErrorGroup(group.Chief.Code, group.Chief.Message, group.Count))
            .OrderByDescending(group => group.Count)
            .ToList();
        return new([.. groups.Take(Most)], groups.Skip(Most).Sum(group => group.Count));
    }

    public static ErrorGroups Of(ScenarioResult scenario) => Of(scenario.Operations.SelectMany(operation => operation.Errors));

    public IEnumerable<string> Words()
    {
        foreach (var group in Groups.Take(InASentence)) yield return group.Words;
        var rest = Groups.Skip(InASentence).Sum(group => group.Count) + Others;
        if (rest > 0) yield return $"other causes ({Format.Count(rest)})";
    }
}
