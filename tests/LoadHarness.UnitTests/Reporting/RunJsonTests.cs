using System.Text.Json;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Reporting;

namespace LoadHarness.UnitTests.Reporting;

public sealed class RunJsonTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string File1 => Path.Combine(_directory.Path, "run.json");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_run_read_back_writes_the_same_bytes()
    {
        var again = Path.Combine(_directory.Path, "again.json");
        await RunJson.WriteAsync(SampleRun.Create(), File1, TestContext.Current.CancellationToken);

        await RunJson.WriteAsync(await RunJson.ReadAsync(File1, TestContext.Current.CancellationToken), again,
            TestContext.Current.CancellationToken);

        Assert.Equal(await File.ReadAllTextAsync(File1, TestContext.Current.CancellationToken),
            await File.ReadAllTextAsync(again, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_run_read_back_has_the_figures_that_were_measured()
    {
        var run = SampleRun.Create();
        await RunJson.WriteAsync(run, File1, TestContext.Current.CancellationToken);

        var read = await RunJson.ReadAsync(File1, TestContext.Current.CancellationToken);

        Assert.Equal(run.Identity, read.Identity);
        Assert.Equal(run.Scenarios[0].Operations[0].Response, read.Scenarios[0].Operations[0].Response);
        Assert.Equal(run.Scenarios[0].Timeline, read.Scenarios[0].Timeline);
        Assert.Equal(run.Verdicts.Select(v => (v.Id, v.Kind, v.Figure, v.Margin)),
            read.Verdicts.Select(v => (v.Id, v.Kind, v.Figure, v.Margin)));
    }

    [Fact]
    public async Task Names_are_camelCase_durations_are_seconds_and_kinds_are_words()
    {
        await RunJson.WriteAsync(SampleRun.Create(), File1, TestContext.Current.CancellationToken);

        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(File1, TestContext.Current.CancellationToken));

        Assert.Equal(RunResult.CurrentSchemaVersion, json.RootElement.GetProperty("schemaVersion").GetInt32());
        Assert.Equal(1934, json.RootElement.GetProperty("identity").GetProperty("duration").GetDecimal());
        Assert.Equal("met", json.RootElement.GetProperty("verdicts")[0].GetProperty("kind").GetString());
        Assert.Equal("open", json.RootElement.GetProperty("scenarios")[0].GetProperty("model").GetString());
    }

    [Theory]
    [InlineData("{\"schemaVersion\": 99}", "schema version 99")]
    [InlineData("{\"scenarios\": []}", "schemaVersion: it is missing")]
    [InlineData("{\"schemaVersion\": 1}", "not a run.json")]
    [InlineData("<html>", "not a run.json")]
    [InlineData("{\"schemaVersion\": 0}", "schemaVersion: it is 0")]
    [InlineData("{\"schemaVersion\": -7}", "schemaVersion: it is -7")]
    [InlineData("{\"schemaVersion\": \"1\"}", "schemaVersion: it is \"1\"")]
    [InlineData("", "it is empty, or not a regular file")]
    public async Task A_file_that_is_no_run_of_a_known_version_is_refused_with_its_name(string content, string reason)
    {
        await File.WriteAllTextAsync(File1, content, TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<HarnessException>(() => RunJson.ReadAsync(File1, TestContext.Current.CancellationToken));

        Assert.Contains(File1, error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadUsage, error.ExitCode);
    }

    [Fact]
    public async Task A_missing_file_is_refused_with_what_to_give_instead()
    {
        var error = await Assert.ThrowsAsync<HarnessException>(() => RunJson.ReadAsync(File1, TestContext.Current.CancellationToken));

        Assert.Contains("Give the run.json", error.Message, StringComparison.Ordinal);
    }
}
