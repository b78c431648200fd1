using CliWrap;
using CliWrap.Buffered;

namespace LoadHarness.EndToEndTests.Program;

/// <summary>The package as a user installs it: from a folder, into a path, on a machine with the SDK alone.</summary>
[Collection(Builds.Name)]
public sealed class ToolPackageTests(SeededSnapshot snapshot) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_packed_tool_is_installed_says_its_version_and_runs_the_main_job()
    {
        await DotnetAsync(
            "pack", Repository.File("src", "LoadHarness.Cli"), "--configuration", "Release", "--no-build", "--output", _directory.Path);
        var package = Assert.Single(Directory.GetFiles(_directory.Path, "LoadHarness.*.nupkg"));
        var version = Path.GetFileNameWithoutExtension(package)["LoadHarness.".Length..];
        var (config, tools) = (Path.Combine(_directory.Path, "nuget.config"), Path.Combine(_directory.Path, "tools"));
        await File.WriteAllTextAsync(
            config,
            $"""<configuration><packageSources><clear /><add key="here" value="{_directory.Path}" /></packageSources></configuration>""",
            TestContext.Current.CancellationToken);
        await DotnetAsync("tool", "install", "LoadHarness", "--version", version, "--tool-path", tools, "--configfile", config);

        var program = Path.Combine(tools, OperatingSystem.IsWindows() ? "loadharness.exe" : "loadharness");
        var told = await RunAsync(program, "--version");
        Assert.StartsWith(version, told.StandardOutput, StringComparison.Ordinal);

        var profile = Path.Combine(_directory.Path, "mine.json");
        await File.WriteAllTextAsync(profile, BuiltProgram.LeadQueriesFor("mine", "2s"), TestContext.Current.CancellationToken);
        await snapshot.MakeAsync();
        var ended = await RunAsync(
            program, ["run", .. SeededSnapshot.Options, "--profile", profile, "--out", Path.Combine(_directory.Path, "out")]);
        Assert.True(ended.ExitCode is 0 or 3 or 5, ended.StandardError);
        Assert.Single(Directory.GetFiles(Path.Combine(_directory.Path, "out"), "report.html", SearchOption.AllDirectories));
    }

    private static async Task DotnetAsync(params string[] arguments)
    {
        var ended = await RunAsync("dotnet", arguments);
        Assert.True(ended.ExitCode == 0, ended.StandardOutput + ended.StandardError);
    }

    private static Task<BufferedCommandResult> RunAsync(string program, params string[] arguments) =>
        CliWrap.Cli.Wrap(program).WithArguments(arguments).WithValidation(CommandResultValidation.None)
            .WithEnvironmentVariables(variables => variables.Set("LOADHARNESS_DATABASE", null).Set("DOTNET_CLI_TELEMETRY_OPTOUT", "1"))
            .ExecuteBufferedAsync(TestContext.Current.CancellationToken).Task;
}
