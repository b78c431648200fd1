using System.Text.Json;
using System.Text.Json.Nodes;
using LoadHarness.UnitTests.Reporting;
using LoadHarness.Workloads.Format;

namespace LoadHarness.UnitTests.Workloads;

/// <summary>scenarios/workload.schema.json says what workload.json holds. Renew it: LOADHARNESS_RENEW=1 with this class's tests.</summary>
public sealed class WorkloadSchemaTests
{
    private static string SchemaFile { get; } = Path.Combine(Root(AppContext.BaseDirectory), "scenarios", "workload.schema.json");

    [Fact]
    public async Task The_schema_in_the_repository_is_the_one_of_the_records()
    {
        if (Environment.GetEnvironmentVariable("LOADHARNESS_RENEW") == "1")
            await File.WriteAllTextAsync(SchemaFile, WorkloadSchema.Text(), TestContext.Current.CancellationToken);

        var kept = (await File.ReadAllTextAsync(SchemaFile, TestContext.Current.CancellationToken)).ReplaceLineEndings("\n");

        Assert.True(kept == WorkloadSchema.Text(),
            "workload.json has changed its shape. "
                + "Renew scenarios/workload.schema.json: LOADHARNESS_RENEW=1 with the tests of WorkloadSchemaTests.");
    }

    [Fact]
    public void A_right_workload_is_valid_by_it_and_a_wrong_one_is_not()
    {
        var schema = JsonNode.Parse(WorkloadSchema.Text())!;
        var workload = JsonNode.Parse(WorkloadFolder.Json, documentOptions: new() { CommentHandling = JsonCommentHandling.Skip })!;

        Assert.Empty(SchemaCheck.Faults(schema, workload));
        workload["scenarios"]!["reads"]!["simulations"]![0]!["kind"] = "injekt";
        Assert.NotEmpty(SchemaCheck.Faults(schema, workload));
    }

    [Fact]
    public void Every_field_is_described_or_named_by_its_own_word()
    {
        var properties = JsonNode.Parse(WorkloadSchema.Text())!["properties"]!.AsObject();

        Assert.All(properties, property => Assert.NotNull(property.Value!["description"]));
    }

    [Theory]
    [InlineData("scenarios", "simulations", "during")]
    [InlineData("scenarios", "thinkTime")]
    [InlineData("parameters", "value")]
    [InlineData("answers", "atLeast")]
    public void A_field_that_a_converter_reads_has_its_type_also_with_a_default(string part, params string[] names)
    {
        var rules = JsonNode.Parse(WorkloadSchema.Text())!["properties"]![part]!["additionalProperties"]!;
        foreach (var name in names) rules = rules["items"] is { } items ? items["properties"]![name]! : rules["properties"]![name]!;

        Assert.Contains("null", rules["type"]!.AsArray().Select(kind => kind!.GetValue<string>()));
        Assert.NotNull(rules["description"]);
    }

    private static string Root(string directory) =>
        File.Exists(Path.Combine(directory, "LoadHarness.sln")) ? directory : Root(Path.GetDirectoryName(directory)!);
}
