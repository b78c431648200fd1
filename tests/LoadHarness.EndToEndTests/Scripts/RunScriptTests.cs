using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Text.Json;
using CliWrap;
using CliWrap.Buffered;

namespace LoadHarness.EndToEndTests.Scripts;

/// <summary>run.ps1, hosted, and run.sh: both hand the same arguments to the same program.</summary>
[Collection(Program.Builds.Name)]
public sealed class RunScriptTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Each builds the program, which takes most of the time: all that they promise is asked of one call.</summary>
    [Fact]
    public async Task Each_script_through_links_and_where_another_SDK_is_pinned_passes_arguments_output_and_the_exit_code_on()
    {
        string[] arguments =
            ["--no-install", "run", "--contacts", "abc", "--profile", "no such profile", "--require", "NO-1,NO-2", "--json"];
        using var directory = new TemporaryDirectory();
        // Of the folder that they are called from: no machine has this SDK, and the program's own is another.
        await File.WriteAllTextAsync(
            Path.Combine(directory.Path, "global.json"), """{ "sdk": { "version": "1.0.0", "rollForward": "disable" } }""", Stop);
        File.CreateSymbolicLink(Path.Combine(directory.Path, "harness"), Repository.File("run.sh"));
        var link = File.CreateSymbolicLink(Path.Combine(directory.Path, "again"), "harness").FullName;

        var shell = await CliWrap.Cli.Wrap(link).WithArguments(arguments).WithWorkingDirectory(directory.Path)
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(Stop);
        RequireRefusal(shell.ExitCode, shell.StandardOutput);
        // As it is typed at its prompt: words with commas between them are a list there.
        var hosted = Hosted(directory.Path, "--no-install run --contacts abc --profile 'no such profile' --require NO-1,NO-2 --json");
        RequireRefusal(hosted.ExitCode, hosted.Output);
        Assert.Equal(directory.Path, hosted.Location);
    }

    [Fact]
    public void The_PowerShell_script_parses_without_an_error()
    {
        System.Management.Automation.Language.Parser.ParseFile(Repository.File("run.ps1"), out _, out var errors);
        Assert.Empty(errors);
    }

    // One object on standard output: nothing that the build says stands there.
    private static void RequireRefusal(int exitCode, string output)
    {
        Assert.Equal(2, exitCode);
        using var printed = JsonDocument.Parse(output);
        var error = printed.RootElement.GetProperty("error").GetString();
        Assert.Contains("--contacts 'abc'", error, StringComparison.Ordinal);
        Assert.Contains("--profile 'no such profile'", error, StringComparison.Ordinal);
        Assert.Contains("--require 'NO-1,NO-2'", error, StringComparison.Ordinal);
    }

    /// <returns>Also where the prompt stands afterwards.</returns>
    private static (int ExitCode, string Output, string Location) Hosted(string directory, string arguments)
    {
        using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        runspace.SessionStateProxy.LanguageMode = PSLanguageMode.FullLanguage;
        runspace.SessionStateProxy.Path.SetLocation(directory);
        using var shell = PowerShell.Create(runspace);
        shell.AddScript($"& '{Repository.File("run.ps1")}' {arguments}");
        var output = string.Join('\n', shell.Invoke().Select(line => line?.ToString()));
        var location = runspace.SessionStateProxy.Path.CurrentFileSystemLocation.Path;
        return ((int)(runspace.SessionStateProxy.GetVariable("LASTEXITCODE") ?? 0), output, location);
    }
}
