using System.Text;
using LoadHarness.Comparing.Proving;
using LoadHarness.Core;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Targets;

namespace LoadHarness.UnitTests.Proving;

public sealed class ClaimFilesTests
{
    private const string Good =
        """
        {"id":"ER-1","claim":"c","definition":"d","baseline":"C","statistic":"meanResponseTime",
         "operations":[{"name":"lead-queries/email_lookup","weight":40}],"notWorse":"n"}
        """;

    private static readonly IReadOnlyList<Target> Targets = TargetFile.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "scenarios", "targets.json")));

    public static TheoryData<string, string, string> Faults { get; } = new()
    {
        { "\"id\":\"ER-1\"", "\"id\":\"ER-99\"", "id" },
        { "\"claim\":\"c\",", "", "claim" },
        { "\"definition\":\"d\"", "\"definition\":\" \"", "definition" },
        { "\"baseline\":\"C\"", "\"baseline\":\"N\"", "baseline" },
        { "meanResponseTime", "fastest", "statistic" },
        { "meanResponseTime", "requestsPerCpuSecond", "statistic" },
        { "meanResponseTime", "boundedSearch", "search" },
        { "\"notWorse\":\"n\"", "\"notWorse\":\"n\",\"search\":{\"load\":\"users\",\"least\":9,\"first\":3,\"most\":90}", "search.first" },
        { "meanResponseTime", "indexBytes", "operations" },
        { "email_lookup", "email_lockup", "operations[0].name" },
        { "\"weight\":40}]", "\"weight\":40,\"part\":\"a\"},{\"name\":\"lead-queries/tag_filter\",\"weight\":1}]", "operations" },
        { "\"weight\":40", "\"weight\":0", "operations[0].weight" },
        { "[{\"name\":\"lead-queries/email_lookup\",\"weight\":40}]", "[]", "operations" },
        { "\"weight\":40}]", "\"weight\":40},{\"name\":\"lead-queries/email_lookup\",\"weight\":1}]", "operations[1].name" },
        { "\"notWorse\":\"n\"", "\"notWorse\":\"n\",\"limit\":5", "limit" },
        { "\"notWorse\":\"n\"", "\"notWorse\":\"n\",\"notWorseIn\":[\"RE-2\",\"TQ-1\"]", "notWorseIn[1]" },
        { "\"notWorse\":\"n\"", "\"notWorse\":\"n\",\"notWorseIn\":[\"ER-1\"]", "notWorseIn[0]" },
    };

    [Fact]
    public void Every_percentage_claim_has_a_contract_that_holds()
    {
        var contracts = ClaimFiles.Read(Path.Combine(AppContext.BaseDirectory, "scenarios", "claims"), Targets, Prover.Operations);

        Assert.Equal(Targets.Where(target => target.Statistic == Statistic.Comparison).Select(target => target.Id),
            contracts.Select(contract => contract.Id));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_wrong_contract_names_its_field(string old, string changed, string field)
    {
        Assert.Empty(Check(Good));
        Assert.Contains(old, Good, StringComparison.Ordinal);
        Assert.Contains(Check(Good.Replace(old, changed, StringComparison.Ordinal)), fault => fault == field);
    }

    [Fact]
    public void All_wrong_files_are_named_at_once()
    {
        var folder = Directory.CreateTempSubdirectory("claims-").FullName;
        File.WriteAllText(Path.Combine(folder, "ER-1.json"), Good.Replace("\"C\"", "\"X\"", StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(folder, "RE-9.json"), Good);
        try
        {
            var fault = Assert.Throws<HarnessException>(() => ClaimFiles.Read(folder, Targets, Prover.Operations));
            Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
            Assert.Contains("ER-1.json: baseline", fault.Message, StringComparison.Ordinal);
            Assert.Contains("RE-9.json: id", fault.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static List<string> Check(string json) =>
        [.. ClaimFiles.Check(Encoding.UTF8.GetBytes(json), "ER-1", Targets, Prover.Operations).Faults.Select(fault => fault.Field)];
}
