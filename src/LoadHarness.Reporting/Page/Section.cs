namespace LoadHarness.Reporting.Page;

/// <summary>A chapter of the page, with its entry in the table of contents.</summary>
/// <param name="Introduction">What the reader finds here, and how the figures are defined; null where the title says it.</param>
internal sealed record Section(string Id, string Title, string? Introduction, IReadOnlyList<Html> Parts);
