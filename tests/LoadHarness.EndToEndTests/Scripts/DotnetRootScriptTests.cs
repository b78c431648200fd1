using CliWrap.Buffered;

namespace LoadHarness.EndToEndTests.Scripts;

/// <summary>.ci/dotnet-root, with a dotnet of the test's own that lies where no built program looks.</summary>
public sealed class DotnetRootScriptTests : IDisposable
{
    private const string Runtimes = """
        Microsoft.AspNetCore.App 10.0.1 [/srv/my net/shared/Microsoft.AspNetCore.App]
        Microsoft.NETCore.App 9.0.4 [/srv/my net/shared/Microsoft.NETCore.App]
        Microsoft.NETCore.App 10.0.1 [/srv/my net/shared/Microsoft.NETCore.App]
        Microsoft.WindowsDesktop.App 10.0.1 [/srv/my net/shared/Microsoft.WindowsDesktop.App]
        """;

    private readonly TemporaryDirectory _programs = new();

    public void Dispose() => _programs.Dispose();

    [Theory]
    [InlineData(null, "/srv/my net")]
    [InlineData("/given", "/given")]
    public async Task The_runtime_of_the_dotnet_on_the_path_is_named_unless_another_one_is_given(string? given, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There it is done by run.ps1.");
        var dotnet = Path.Combine(_programs.Path, "dotnet");
        await File.WriteAllTextAsync(
            dotnet, $"#!/bin/sh\n[ \"$1\" = --list-runtimes ] || exit 1\ncat <<'END'\n{Runtimes}\nEND\n",
            TestContext.Current.CancellationToken);
        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(dotnet, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var told = await CliWrap.Cli.Wrap(Repository.File(".ci", "dotnet-root"))
            .WithEnvironmentVariables(variables => variables
                .Set("PATH", $"{_programs.Path}:{Environment.GetEnvironmentVariable("PATH")}")
                .Set("DOTNET_ROOT", given))
            .ExecuteBufferedAsync(TestContext.Current.CancellationToken);

        Assert.Equal($"{expected}\n", told.StandardOutput);
    }
}
