namespace LoadHarness.Reporting.Page;

/// <summary>Markup that a template rendered. Only this goes into a page as it is: every plain string is escaped.</summary>
internal sealed record Html(string Text);
