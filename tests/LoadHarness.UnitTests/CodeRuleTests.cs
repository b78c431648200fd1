using System.Text.RegularExpressions;

namespace LoadHarness.UnitTests;

/// <summary>Rules of the code that neither the compiler nor the formatter knows.</summary>
public sealed partial class CodeRuleTests
{
    private const int LongestLine = 140;
    private const string SingleSession = "src/LoadHarness.Postgres/SingleSession.cs";

    // Of a record it is a property; a second token of a method says what it ends.
    private static readonly string[] TokenNames = ["cancellationToken", "CancellationToken", "atOnce", "abandoned", "_"];

    private static readonly Lazy<IReadOnlyList<(string Place, string Text)>> Lines = new(() => [.. ReadLines()]);

    [Fact]
    public void No_line_of_code_is_longer_than_the_editors_rule_says()
    {
        Assert.Contains($"max_line_length = {LongestLine}", File.ReadAllText(Repository.File(".editorconfig")), StringComparison.Ordinal);
        Assert.True(Lines.Value.Count > 50_000, $"{Lines.Value.Count} lines were found");
        Assert.Empty(Lines.Value.Concat(PageAndScriptLines()).Where(line => line.Text.Length > LongestLine)
            .Select(line => $"{line.Place} {line.Text.Length}"));
    }

    [Fact]
    public void Usings_stand_in_order_with_those_of_the_system_first()
    {
        var usings = Lines.Value.Where(line => Using().IsMatch(line.Text))
            .GroupBy(line => line.Place.Split(':')[0], line => Using().Match(line.Text).Groups["name"].Value).ToList();
        Assert.True(usings.Count > 500, $"{usings.Count} files have usings");
        Assert.Empty(usings.Where(file => !file.SequenceEqual(file.OrderBy(IsOurs).ThenBy(name => name, StringComparer.Ordinal)))
            .Select(file => file.Key));
    }

    // One culture: see InvariantGlobalization in Directory.Build.props. A provider would say the same at greater length.
    [Fact]
    public void Nothing_is_formatted_or_read_by_a_culture_of_its_own() => Assert.Empty(
        Lines.Value.Where(line => Culture().IsMatch(line.Text) && !line.Place.Contains(nameof(CodeRuleTests), StringComparison.Ordinal))
            .Select(line => line.Place));

    [Fact]
    public void A_token_is_called_cancellationToken_unless_it_tells_another_moment_and_nothing_configures_its_await()
    {
        var tokens = Lines.Value.SelectMany(line => Token().Matches(line.Text)
            .Select(found => (line.Place, Name: found.Groups["name"].Value))).ToList();
        Assert.True(tokens.Count > 500, $"{tokens.Count} tokens were found");
        Assert.Empty(tokens.Where(token => !TokenNames.Contains(token.Name)).Select(token => $"{token.Place} {token.Name}"));
        Assert.Empty(Lines.Value.Where(line => ConfiguredAwait().IsMatch(line.Text)).Select(line => line.Place));
    }

    // A pool outlives its server, and leaves an idle session on somebody's own: NpgsqlDataSource has one that ends with it.
    [Fact]
    public void Sessions_are_of_a_data_source_or_single() => Assert.Equal([SingleSession], ProgramFilesWith(GlobalPool()));

    [Fact]
    public void A_pool_is_turned_off_in_one_place() => Assert.Equal([SingleSession], ProgramFilesWith(NoPool()));

    // The temporary directory is everybody's: what lies in it itself, others can read or make before. A report that found no other place
    // is the person's to keep, and its project knows no private root.
    [Fact]
    public void Temporary_files_lie_below_the_private_root() => Assert.Equal(
        ["src/LoadHarness.Postgres/Provisioning/PrivateRoot.cs", "src/LoadHarness.Reporting/RunFolder.cs"],
        ProgramFilesWith(TemporaryPlace()));

    [Fact]
    public void Every_program_is_built_for_one_culture()
    {
        Assert.True(AppContext.TryGetSwitch("System.Globalization.Invariant", out var invariant) && invariant);
        Assert.Equal("1234.5 01/02/2026", $"{1234.5} {new DateOnly(2026, 1, 2):d}");
        var projects = Directory.GetFiles(Repository.File(), "*.csproj", SearchOption.AllDirectories);
        Assert.True(projects.Length > 10);
        Assert.DoesNotContain(projects, project => File.ReadAllText(project).Contains("Globalization", StringComparison.Ordinal));
    }

    /// <returns>Those of the program with a line that matches; tests may go their own ways.</returns>
    private static IEnumerable<string> ProgramFilesWith(Regex words) => Lines.Value
        .Where(line => !line.Place.StartsWith("tests", StringComparison.Ordinal) && words.IsMatch(line.Text))
        .Select(line => line.Place.Split(':')[0].Replace('\\', '/')).Distinct().Order(StringComparer.Ordinal);

    private static IEnumerable<(string Place, string Text)> ReadLines() => LinesOf(
        from top in (string[])["src", "scenarios", "tests"]
        from file in Directory.EnumerateFiles(Repository.File(top), "*.cs", SearchOption.AllDirectories)
        where !Built().IsMatch(file)
        select file);

    private static IEnumerable<(string Place, string Text)> PageAndScriptLines() => LinesOf(
    [
        .. Directory.GetFiles(Repository.File("src", "LoadHarness.Reporting", "Page")).Where(file => PageFile().IsMatch(file)),
        .. Directory.GetFiles(Repository.File(), "*.ps1"), .. Directory.GetFiles(Repository.File(), "*.sh"),
    ]);

    private static IEnumerable<(string Place, string Text)> LinesOf(IEnumerable<string> files) =>
        from file in files
        from line in File.ReadLines(file).Select((text, index) => ($"{Path.GetRelativePath(Repository.File(), file)}:{index + 1}", text))
        select line;

    private static bool IsOurs(string name) => name != "System" && !name.StartsWith("System.", StringComparison.Ordinal);

    [GeneratedRegex(@"new NpgsqlConnection\(")]
    private static partial Regex GlobalPool();

    [GeneratedRegex(@"\bPooling\b[""\]]*\s*=\s*false\b", RegexOptions.IgnoreCase)]
    private static partial Regex NoPool();

    [GeneratedRegex(@"\b(GetTempPath|GetTempFileName|CreateTempSubdirectory)\b|\bCombine\(PrivateRoot\.Above\b")]
    private static partial Regex TemporaryPlace();

    [GeneratedRegex(@"^using (?<name>[\w.]+);$")]
    private static partial Regex Using();

    [GeneratedRegex(@"\.(css|js)$")]
    private static partial Regex PageFile();

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]")]
    private static partial Regex Built();

    [GeneratedRegex(@"\bCancellationToken (?<name>\w+)\s*(?:[,)]|= default)")]
    private static partial Regex Token();

    [GeneratedRegex(@"\bConfigureAwait\((?:true|false)\)")]
    private static partial Regex ConfiguredAwait();

    [GeneratedRegex(@"\b(CultureInfo|FormattableString|IFormatProvider)\b")]
    private static partial Regex Culture();
}
