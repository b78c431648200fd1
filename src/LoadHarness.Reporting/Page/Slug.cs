namespace LoadHarness.Reporting.Page;

/// <summary>The part of an element's id that follows from a name, which may hold anything: two names never have the same.</summary>
internal static class Slug
{
    public static string Of(string name) => string.Concat(name.Select(
        c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? $"{c}" : $".{(int)c:x4}"));
}
