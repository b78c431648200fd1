using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Page.SideBySide;

/// <summary>What the runs of one page are called: A, the one that the others are held against, then B, C, ...</summary>
internal static class RunLetters
{
    public const int MostRuns = 12;

    public static string Of(int index) => ((char)('A' + index)).ToString();

    public static IReadOnlyList<string> Headers(IReadOnlyList<RunResult> runs) => [.. runs.Select((_, index) => Of(index))];
}
