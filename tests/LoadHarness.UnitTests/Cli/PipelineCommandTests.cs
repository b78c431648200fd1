using System.Text.RegularExpressions;
using LoadHarness.Cli.Verbs;

namespace LoadHarness.UnitTests.Cli;

/// <summary>What pipelines call is there: each command of the workflows and of .ci is one that the program understands.</summary>
public sealed partial class PipelineCommandTests
{
    private static IEnumerable<string> Files => Directory.EnumerateFiles(Repository.File(".github", "workflows"))
        .Concat(Directory.EnumerateFiles(Repository.File(".ci")).Where(file => Path.GetExtension(file).Length == 0));

    public static TheoryData<string> Commands =>
        [.. Files.SelectMany(file => Command().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value.Trim())).Distinct()];

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_of_a_pipeline_is_understood(string command)
    {
        // What a shell would put there.
        var words = ShellValue().Replace(command.Replace("\"$@\"", "", StringComparison.Ordinal), "1000")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Where(word => word != "--no-install").ToArray();

        var parsed = CommandLine.Build(
            new(), (_, _) => throw new InvalidOperationException("It is only parsed."), _ => { }, TestContext.Current.CancellationToken)
                .Parse(words);

        Assert.True(parsed.Errors.Count == 0, $"{command}: {string.Join("; ", parsed.Errors.Select(error => error.Message))}");
    }

    [Fact]
    public void Claims_are_judged_and_operations_compared_by_pipelines()
    {
        Assert.Contains(Commands, row => row.Data.StartsWith("--no-install prove ", StringComparison.Ordinal)
            && row.Data.Contains("--quick", StringComparison.Ordinal));
        Assert.Contains(Commands, row => row.Data.StartsWith("gate ", StringComparison.Ordinal));
        Assert.Contains(".ci/prove", File.ReadAllText(Repository.File(".github", "workflows", "ci.yml")), StringComparison.Ordinal);
    }

    // The cache action itself saves only after a job that succeeded: a night that found something would be forgotten.
    [Fact]
    public void A_night_that_found_something_is_remembered_too()
    {
        var nightly = File.ReadAllText(Repository.File(".github", "workflows", "nightly.yml"));

        Assert.DoesNotContain("uses: actions/cache@", nightly, StringComparison.Ordinal);
        Assert.Matches(@"sh gate [^\n]+\n[^\n]*#[^\n]*\n\s+- uses: actions/cache/save@[^\n]+\n\s+if: always\(\)", nightly);
        // A key is saved once: a job that runs again has another.
        Assert.Equal(3, nightly.Split(" gate-history-").Length - 1);
        Assert.Equal(2, nightly.Split("key: gate-history-${{ github.run_id }}-${{ github.run_attempt }}\n").Length - 1);
    }

    [Fact]
    public void The_page_of_a_job_shows_its_runs_and_no_invented_ones_of_tests()
    {
        var script = File.ReadAllText(Repository.File("test.sh"));
        Assert.InRange(script.IndexOf("\nunset GITHUB_STEP_SUMMARY\n", StringComparison.Ordinal), 0,
            script.IndexOf("\ndotnet test ", StringComparison.Ordinal));
        var others = Files.Select(File.ReadAllText).ToList();
        Assert.Contains(others, text => DirectTests().IsMatch(text));
        Assert.All(others, text => Assert.Equal(
            DirectTests().Count(text), text.Split("env -u GITHUB_STEP_SUMMARY dotnet test ").Length - 1));

        Assert.Matches(@"--preserve-env=\S*GITHUB_STEP_SUMMARY \.ci/run\n",
            File.ReadAllText(Repository.File(".github", "workflows", "ci.yml")));
        Assert.DoesNotContain("GITHUB_STEP_SUMMARY", File.ReadAllText(Repository.File(".ci", "run")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_that_keeps_results_of_tests_has_them_written_where_it_looks()
    {
        var jobs = Files.SelectMany(file => JobStart().Split(File.ReadAllText(file)))
            .Where(job => job.Contains("path: TestResults\n", StringComparison.Ordinal) && DirectTests().IsMatch(job)).ToList();

        Assert.NotEmpty(jobs);
        Assert.All(jobs, job => Assert.Matches(
            @"dotnet test [^\n]+\n[^\n]+ --report-xunit-trx --results-directory ""\$PWD/TestResults""\n", job));
    }

    [GeneratedRegex(@"\bdotnet test ")]
    private static partial Regex DirectTests();

    [GeneratedRegex(@"^  (?=\w+:$)", RegexOptions.Multiline)]
    private static partial Regex JobStart();

    [GeneratedRegex(@"\./run\.sh ([^>|\n]+)")]
    private static partial Regex Command();

    [GeneratedRegex(@"""?\$\w+""?")]
    private static partial Regex ShellValue();
}
