namespace LoadHarness.Core.Comparing;

/// <summary>A line of <c>scenarios/index-reasons.json</c>: who wants an index, whether or not a scenario shows it.</summary>
/// <param name="Requirements">Ids of docs/requirements.md.</param>
/// <param name="For">What it is used for, in a few words.</param>
public sealed record IndexReason(string Index, IReadOnlyList<string> Requirements, string For)
{
    public string Words() => $"{string.Join(", ", Requirements)} ({For})";
}
