using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Page;

/// <summary>What qualifies the whole run.</summary>
internal static class NoteSection
{
    public static Section? Of(RunResult run) => run.Warnings.Count + run.Invalid.Count == 0
        ? null
        : new("notes", "Notes", null, [HtmlComponents.Notes([.. run.Invalid.Select(reason => $"Invalid: {reason}"), .. run.Warnings])]);
}
