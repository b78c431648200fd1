using System.Text.RegularExpressions;

namespace LoadHarness.UnitTests;

/// <summary>A link between documents leads to a file that is there.</summary>
public sealed partial class DocumentLinkTests
{
    public static TheoryData<string> Documents =>
        [.. new[] { "", "docs", "reports", "sql", "scenarios" }
            .SelectMany(folder => Directory.EnumerateFiles(
                Repository.File(folder), "*.md", folder is "docs" ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly))
            .Select(file => Path.GetRelativePath(Repository.File(), file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_leads_to_a_file(string document)
    {
        var file = Repository.File(document);
        var missing = Link().Matches(File.ReadAllText(file)).Select(match => match.Groups["to"].Value)
            .Where(to => !to.Contains("://", StringComparison.Ordinal))
            .Where(to => !Path.Exists(Path.Combine(Path.GetDirectoryName(file)!, to)));

        Assert.Empty(missing);
    }

    [GeneratedRegex(@"\]\((?<to>[^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();
}
