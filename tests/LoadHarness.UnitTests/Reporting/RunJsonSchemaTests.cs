using System.Text.Json.Nodes;
using LoadHarness.Reporting;

namespace LoadHarness.UnitTests.Reporting;

/// <summary>reports/run.schema.json says what run.json holds. Renew it: LOADHARNESS_RENEW=1 with this class's tests.</summary>
public sealed class RunJsonSchemaTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();


    private static string SchemaFile { get; } = Repository.File("reports", "run.schema.json");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_schema_in_the_repository_is_the_one_of_the_records()
    {
        if (Environment.GetEnvironmentVariable("LOADHARNESS_RENEW") == "1")
            await File.WriteAllTextAsync(SchemaFile, RunJsonSchema.Text(), TestContext.Current.CancellationToken);

        var kept = (await File.ReadAllTextAsync(SchemaFile, TestContext.Current.CancellationToken)).ReplaceLineEndings("\n");

        Assert.True(kept == RunJsonSchema.Text(),
            "run.json has changed its shape. Renew reports/run.schema.json: LOADHARNESS_RENEW=1 with the tests of RunJsonSchemaTests; "
                + "raise the schema version where a reader has to change.");
    }

    [Fact]
    public async Task A_written_run_and_the_committed_sample_are_valid_by_it()
    {
        var written = (await RunReport.WriteAsync(SampleRun.Create(seconds: 3), _directory.Path, TestContext.Current.CancellationToken))[0];
        var schema = JsonNode.Parse(RunJsonSchema.Text())!;

        foreach (var file in new[] { written, Repository.File("reports", "sample", "run.json") })
            Assert.Empty(SchemaCheck.Faults(
                schema, JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))));
    }

    [Theory]
    [InlineData("schemaVersion", "\"one\"")]
    [InlineData("scenarios", "{}")]
    [InlineData("identity", "null")]
    public async Task What_has_another_shape_is_not(string field, string value)
    {
        var written = (await RunReport.WriteAsync(SampleRun.Create(seconds: 3), _directory.Path, TestContext.Current.CancellationToken))[0];
        var run = JsonNode.Parse(await File.ReadAllTextAsync(written, TestContext.Current.CancellationToken))!;
        run[field] = JsonNode.Parse(value);

        Assert.NotEmpty(SchemaCheck.Faults(JsonNode.Parse(RunJsonSchema.Text())!, run));
    }
}
