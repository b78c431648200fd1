using System.Management.Automation;
using System.Management.Automation.Runspaces;
using CliWrap;
using CliWrap.Buffered;

namespace LoadHarness.EndToEndTests.Scripts;

/// <summary>run.ps1, hosted, and run.sh: both hand the same arguments to the same program.</summary>
[Collection(Program.OneAtATime.Name)]
public sealed class RunScriptTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Both_scripts_pass_arguments_on_and_return_the_programs_exit_code()
    {
        string[] arguments = ["--no-install", "run", "--contacts", "abc", "--profile", "no such profile"];
        var shell = await CliWrap.Cli.Wrap(Repository.File("run.sh")).WithArguments(arguments)
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(Stop);
        Assert.Equal(2, shell.ExitCode);
        Assert.Contains("abc", shell.StandardError, StringComparison.Ordinal);
        Assert.Contains("no such profile", shell.StandardError, StringComparison.Ordinal);
        Assert.Equal(2, Hosted(arguments).ExitCode);
    }

    [Fact]
    public async Task The_shell_script_is_found_through_symbolic_links()
    {
        using var directory = new TemporaryDirectory();
        var link = File.CreateSymbolicLink(Path.Combine(directory.Path, "harness"), Repository.File("run.sh")).FullName;
        var again = File.CreateSymbolicLink(Path.Combine(directory.Path, "again"), "harness").FullName;
        Assert.NotNull(link);

        var ended = await CliWrap.Cli.Wrap(again).WithArguments(["--no-install", "run", "--contacts", "abc"])
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(Stop);

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("abc", ended.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_scripts_leave_standard_output_to_the_program()
    {
        string[] arguments = ["--no-install", "doctor", "--json"];
        var shell = await CliWrap.Cli.Wrap(Repository.File("run.sh")).WithArguments(arguments)
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(Stop);
        using var printed = System.Text.Json.JsonDocument.Parse(shell.StandardOutput);
        Assert.True(printed.RootElement.TryGetProperty("checks", out _));
        using var hosted = System.Text.Json.JsonDocument.Parse(Hosted(arguments).Output);
        Assert.True(hosted.RootElement.TryGetProperty("checks", out _));
    }

    [Fact]
    public void The_PowerShell_script_parses_without_an_error()
    {
        System.Management.Automation.Language.Parser.ParseFile(Repository.File("run.ps1"), out _, out var errors);
        Assert.Empty(errors);
    }

    private static (int ExitCode, string Output) Hosted(string[] arguments)
    {
        using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        runspace.SessionStateProxy.LanguageMode = PSLanguageMode.FullLanguage;
        using var shell = PowerShell.Create(runspace);
        shell.AddCommand(Repository.File("run.ps1"));
        foreach (var argument in arguments) shell.AddArgument(argument);
        var output = string.Join('\n', shell.Invoke().Select(line => line?.ToString()));
        return ((int)(runspace.SessionStateProxy.GetVariable("LASTEXITCODE") ?? 0), output);
    }
}
