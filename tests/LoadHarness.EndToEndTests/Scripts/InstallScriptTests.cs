using CliWrap.Buffered;

namespace LoadHarness.EndToEndTests.Scripts;

/// <summary>.ci/install-missing, with programs of the test's own in the place of those that would change the machine.</summary>
public sealed class InstallScriptTests : IDisposable
{
    private readonly TemporaryDirectory _programs = new();

    private string Log => Path.Combine(_programs.Path, "asked");

    public void Dispose() => _programs.Dispose();

    [Fact]
    public async Task What_cannot_be_installed_at_once_is_installed_one_by_one()
    {
        var asked = await InstallAsync(engineAnswers: false, manyWork: false);

        Assert.Contains("docker.io", asked[0]);
        Assert.Equal(asked[0].Select(package => new[] { package }), asked.Skip(1));
    }

    [Fact]
    public async Task No_engine_is_installed_beside_one_that_answers()
    {
        var asked = await InstallAsync(engineAnswers: true, manyWork: true);

        Assert.DoesNotContain("docker.io", Assert.Single(asked));
    }

    /// <returns>The packages of each call of apt-get install.</returns>
    private async Task<IReadOnlyList<string[]>> InstallAsync(bool engineAnswers, bool manyWork)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The script is for Debian and Ubuntu.");
        Program("id", "echo 0");
        Program("dpkg-query", "exit 1");
        Program("apt-cache", "exit 0");
        Program("systemctl", "exit 0");
        Program("docker", engineAnswers ? "exit 0" : "exit 1");
        Program("apt-get", $"[ $1 = install ] || exit 0; shift 4; echo \"$@\" >> '{Log}'; [ {(manyWork ? "0 = 0" : "$# = 1")} ]");
        await CliWrap.Cli.Wrap("/bin/sh").WithArguments([Repository.File(".ci", "install-missing"), "test", "yes"])
            .WithEnvironmentVariables(variables => variables
                .Set("PATH", $"{_programs.Path}:{Environment.GetEnvironmentVariable("PATH")}")
                .Set("LOADHARNESS_REQUIRE_CONTAINER", "yes"))
            .ExecuteBufferedAsync(TestContext.Current.CancellationToken);
        return [.. File.ReadLines(Log).Select(line => line.Split(' '))];
    }

    private void Program(string name, string script)
    {
        var path = Path.Combine(_programs.Path, name);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
