using CliWrap.Buffered;
using LoadHarness.Reporting;

namespace LoadHarness.EndToEndTests.Program;

/// <summary><c>report --compare</c>, <c>report --history</c> and <c>--open</c>.</summary>
public sealed class SeveralRunsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Out => Path.Combine(_directory.Path, "out");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Runs_are_compared_by_folder_or_file_and_the_page_is_named()
    {
        var (a, b) = (await KeptAsync(0), await KeptAsync(1, factor: 3));

        var ended = await BuiltProgram.RunAsync("report", "--compare", a, Path.Combine(b, "run.json"), "--out", Out);

        Assert.Equal(0, ended.ExitCode);
        Assert.Matches(@"lead-search/deep-page p\d+: 3x slower \(", ended.StandardOutput);
        Assert.Contains($"Page: {Path.Combine(Out, "compare.html")}", ended.StandardOutput, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Out, "compare.html")));
    }

    [Fact]
    public async Task A_history_names_damaged_files_and_goes_on()
    {
        await KeptAsync(0);
        await File.WriteAllTextAsync(Path.Combine(await KeptAsync(1), "run.json"), "{", Stop);

        var ended = await BuiltProgram.RunAsync("report", "--history", _directory.Path, "--out", Out, "--json");

        Assert.Equal(0, ended.ExitCode);
        Assert.Contains($"left out: {Path.Combine(_directory.Path, "1", "run.json")}", ended.StandardError, StringComparison.Ordinal);
        Assert.Contains("\"runs\":1", ended.StandardOutput.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Out, "history.html")));
    }

    [Theory]
    [InlineData("report")]
    [InlineData("report", "--compare", "A")]
    [InlineData("report", "--compare", "A", "nowhere")]
    [InlineData("report", "A", "--history", "B")]
    [InlineData("report", "--history", "nowhere")]
    [InlineData("report", "--compare", "A", "B", "--history", "C")]
    public async Task What_cannot_be_done_is_refused_with_the_reason(params string[] arguments)
    {
        var ended = await BuiltProgram.RunAsync([.. arguments]);

        Assert.Equal(2, ended.ExitCode);
        Assert.NotEqual("", ended.StandardError);
    }

    [Fact]
    public async Task Without_a_display_open_says_where_the_page_is_and_goes_on()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have no display to miss.");
        var ended = await BuiltProgram.With("report", "--history", await KeptAsync(0), "--out", Out, "--open")
            .WithEnvironmentVariables(variables => variables.Set("DISPLAY", null).Set("WAYLAND_DISPLAY", null)).ExecuteBufferedAsync(Stop);

        Assert.Equal(0, ended.ExitCode);
        Assert.Contains("no display here. The page is " + Path.Combine(Out, "history.html"), ended.StandardOutput,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_display_the_page_is_given_to_the_system()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("xdg-open is Linux's.");
            return;
        }

        var (opener, opened) = (Path.Combine(_directory.Path, "xdg-open"), Path.Combine(_directory.Path, "opened"));
        await File.WriteAllTextAsync(opener,
            $"#!/bin/sh\necho noise\nprintf %s \"$1\" > '{opened}.part' && mv '{opened}.part' '{opened}'\n", Stop);
        File.SetUnixFileMode(opener, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var ended = await BuiltProgram.With("report", "--history", await KeptAsync(0), "--out", Out, "--open")
            .WithEnvironmentVariables(variables => variables.Set("DISPLAY", ":0")
                .Set("PATH", $"{_directory.Path}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}"))
                    .ExecuteBufferedAsync(Stop);

        Assert.Equal(0, ended.ExitCode);
        for (var i = 0; i < 2_000 && !File.Exists(opened); i++) await Task.Delay(50, Stop);
        Assert.Equal(Path.Combine(Out, "history.html"), await File.ReadAllTextAsync(opened, Stop));
        Assert.DoesNotContain("noise", ended.StandardOutput, StringComparison.Ordinal);
    }

    private async Task<string> KeptAsync(int night, double factor = 1)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_directory.Path, $"{night}")).FullName;
        await RunJson.WriteAsync(OtherRun.Of(night, factor), Path.Combine(folder, "run.json"), Stop);
        return folder;
    }
}
