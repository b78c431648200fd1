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

    [Fact]
    public void Every_decision_has_a_number_of_its_own_and_a_line_in_the_index()
    {
        string[] files = [
            .. Directory.EnumerateFiles(Repository.File("docs", "decisions"), "0*.md").Select(file => Path.GetFileName(file)!)];
        var index = File.ReadAllText(Repository.File("docs", "decisions", "README.md"));

        Assert.Equal(files.Length, files.Select(file => file[..4]).Distinct().Count());
        Assert.All(files, file => Assert.Contains($"[{file[..4]}]({file})", index, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\]\((?<to>[^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();
}
