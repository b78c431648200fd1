using System.Text.RegularExpressions;

namespace LoadHarness.EndToEndTests.Program;

/// <summary>Commands in the documents name verbs and options that the program has; the two main commands themselves are run by <c>.ci/run</c>.</summary>
public sealed partial class DocumentedCommandTests
{
    [Theory]
    [InlineData("README.md")]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("sql/IMPLEMENTATION_GUIDE.md")]
    [InlineData("docs/benchmarks.md")]
    [InlineData(".github/workflows/nightly.yml")]
    public async Task Every_documented_call_uses_verbs_and_options_that_exist(string document)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(BuiltProgram.Repository, document), TestContext.Current.CancellationToken);
        foreach (var words in Call().Matches(text).Select(call => call.Groups["words"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            string[] verb = words is [var first, ..] && !first.StartsWith('-') ? [first] : [];
            var help = await BuiltProgram.RunAsync([.. verb, "--help"]);
            Assert.True(help.ExitCode == 0, $"{document}: there is no verb '{string.Join(' ', verb)}'");
            foreach (var option in words.Where(word => word.StartsWith("--", StringComparison.Ordinal) && word is not ("--no-install" or "--help")))
                Assert.True(help.StandardOutput.Contains(option, StringComparison.Ordinal), $"{document}: '{string.Join(' ', words)}' has no option {option}");
        }
    }

    [Fact]
    public async Task The_first_documented_calls_are_what_continuous_integration_runs()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(BuiltProgram.Repository, "README.md"), TestContext.Current.CancellationToken);
        var ci = await File.ReadAllTextAsync(Path.Combine(BuiltProgram.Repository, ".ci", "run"), TestContext.Current.CancellationToken);

        Assert.Contains("    ./run.sh --contacts 200000 --profile smoke\n    ./test.sh\n", readme, StringComparison.Ordinal);
        Assert.Contains("./run.sh", ci, StringComparison.Ordinal);
        Assert.Contains("./test.sh", ci, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"(?:\./run\.sh|run\.ps1|\bloadharness)(?<words>(?: +[-\w./]+)+)")]
    private static partial Regex Call();
}
