namespace LoadHarness.Reporting.Page;

/// <summary>An id for an element from a name that may hold anything.</summary>
internal static class Slug
{
    public static string Of(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c == '-' ? c : '_'));
}
