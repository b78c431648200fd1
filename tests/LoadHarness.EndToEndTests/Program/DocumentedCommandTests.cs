using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using CliWrap.Buffered;
using LoadHarness.Core.Targets;

namespace LoadHarness.EndToEndTests.Program;

/// <summary>
/// Commands that documents and messages name have verbs and options that exist; the two main commands themselves are run by <c>.ci/run</c>.
/// </summary>
public sealed partial class DocumentedCommandTests
{
    // Programs of others, in code spans of the documents.
    private static readonly string[] Foreign =
        ["dotnet", "initdb", "pg_dumpall", "pg_dump", "pg_restore", "createdb", "psql", "pgbench", "git", "apt-get", "docker", "npm",
            "chmod", "runuser", "pgbouncer", "powershell"];

    private static readonly ConcurrentDictionary<string, Task<BufferedCommandResult>> Helps = [];

    public static TheoryData<string> Documents =>
        [.. new[] { ("", "*.md"), ("docs", "*.md"), ("reports", "README.md"), ("sql", "*.md"), (".github", "*.yml") }
        .SelectMany(place => Directory.EnumerateFiles(
            Path.Combine(BuiltProgram.Repository, place.Item1), place.Item2,
                place.Item1.Length > 0 ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly))
        .Select(file => Path.GetRelativePath(BuiltProgram.Repository, file))
        // What was once measured names the commands of its day.
        .Where(file => !file.Contains("measurements", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Every_documented_call_uses_verbs_and_options_that_exist(string document)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(BuiltProgram.Repository, document), TestContext.Current.CancellationToken);
        await RequireAsync(document, Call().Matches(text).Concat(Span().Matches(text)).Concat(Measured().Matches(text))
            .Select(call => call.Groups["words"].Value));
    }

    [Fact]
    public Task Every_command_that_would_judge_a_target_exists() => RequireAsync("MeasuringCommands", MeasuringCommands.All);

    [Fact]
    public async Task Every_command_that_a_message_of_the_program_names_exists()
    {
        var files = Directory.EnumerateFiles(Path.Combine(BuiltProgram.Repository, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
        var named = new List<string>();
        foreach (var file in files)
            named.AddRange(Message().Matches(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))
                .Select(call => call.Groups["words"].Value));

        Assert.NotEmpty(named);
        await RequireAsync("src", named);
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

    private static async Task RequireAsync(string place, IEnumerable<string> calls)
    {
        foreach (var words in calls.Distinct()
            .Select(call => call.Split(' ', StringSplitOptions.RemoveEmptyEntries).SkipWhile(word => word == "loadharness").ToArray()))
        {
            var verb = words is [var first, ..] && !first.StartsWith('-') ? first : "";
            if (Foreign.Contains(verb)) continue;
            // A verb of two words has the options of its second.
            if (verb == "workload" && words is [_, var second, ..] && !second.StartsWith('-')) verb = $"{verb} {second}";
            var help = await Helps.GetOrAdd(
                verb, asked => BuiltProgram.RunAsync([.. asked.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]));
            // Help of a verb that does not exist is the help of the program, with exit code 0.
            var known = help.ExitCode == 0
                && (verb.Length == 0 || help.StandardOutput.Contains($"loadharness {verb} ", StringComparison.Ordinal));
            Assert.True(known, $"{place}: '{string.Join(' ', words)}': there is no verb '{verb}'");
            foreach (var option in words.Where(
                word => word.StartsWith("--", StringComparison.Ordinal) && word is not ("--no-install" or "--help")))
                Assert.True(
                    Regex.IsMatch(help.StandardOutput, $@"(?<![\w-]){Regex.Escape(option.TrimEnd('.'))}(?![\w-])"),
                        $"{place}: '{string.Join(' ', words)}' has no option {option}");
        }
    }

    [GeneratedRegex(@"(?:\./run\.sh|run\.ps1|\bloadharness)(?<words>(?: +[-\w./]+)+)")]
    private static partial Regex Call();

    // A verb with an option, without the program's name.
    [GeneratedRegex(@"`(?<words>[a-z][a-z_-]*(?: +[-\w./]+)* +--[a-z](?: *[-\w./]+)*)")]
    private static partial Regex Span();

    [GeneratedRegex(@"[Mm]easured by: (?!the repository)(?<words>[-\w]+(?: +[-\w./]+)*)")]
    private static partial Regex Measured();

    [GeneratedRegex(@"(?:'|: )loadharness(?<words>(?: +[-\w./]+)+)")]
    private static partial Regex Message();
}
