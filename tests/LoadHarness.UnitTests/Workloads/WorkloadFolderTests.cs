using LoadHarness.Workloads;

namespace LoadHarness.UnitTests.Workloads;

public sealed class WorkloadFolderTests : IDisposable
{
    private readonly WorkloadFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_right_folder_is_read_with_all_its_parts()
    {
        var (workload, faults) = _folder.Read();

        Assert.Empty(faults);
        Assert.Equal(["order_by_id", "checkout"], workload!.Statements.Keys);
        Assert.Equal("begin", workload.Statements["checkout"].Begin);
        Assert.Equal(["order_by_id", "checkout"], workload.Operations["reads"]);
        Assert.Equal(2, workload.Groups.Count());
    }

    [Fact]
    public void A_folder_is_the_same_with_a_separator_behind_its_name()
    {
        var workload = WorkloadCatalog.Find(_folder.Path + Path.DirectorySeparatorChar, out var faults);

        Assert.Empty(faults);
        Assert.Equal(_folder.Read().Workload!.Checksum, workload!.Checksum);
        _folder.Changed("workload.json", "customers.csv", "../customers.csv");
        Assert.Null(WorkloadCatalog.Find(_folder.Path + Path.DirectorySeparatorChar, out faults));
        Assert.Contains("outside the folder", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Scenarios_of_a_group_run_at_once_and_another_text_is_another_workload()
    {
        var before = _folder.Read().Workload!.Checksum;
        _folder.Changed("workload.json", "\"operations\": { \"order_by_id\": 1 }",
            "\"group\": \"all\", \"operations\": { \"order_by_id\": 1 }")
            .Changed("workload.json", "\"warmUp\": \"1s\"", "\"group\": \"all\", \"warmUp\": \"1s\"");

        var (workload, faults) = _folder.Read();

        Assert.Empty(faults);
        Assert.Equal(["reads", "users"], Assert.Single(workload!.Groups).Select(scenario => scenario.Key));
        Assert.NotEqual(before, workload.Checksum);
    }

    [Fact]
    public void A_request_may_well_take_as_long_as_the_largest_limit_of_its_scenarios_targets()
    {
        _folder.Changed("workload.json", "\"targets\": [",
            """
            "targets": [
              { "id": "SHOP-2", "title": "The slowest in two minutes", "scenario": "reads", "statistic": "responseP99", "limit": 120,
                "direction": "atMost", "unit": "s" },
              { "id": "SHOP-3", "title": "Eight users", "scenario": "users", "statistic": "users", "limit": 8,
                "direction": "atLeast", "unit": "users" },
            """);

        var (workload, faults) = _folder.Read();

        Assert.Empty(faults);
        Assert.Equal(TimeSpan.FromMinutes(2), workload!.ExpectedTimeOf("reads"));
        Assert.Equal(TimeSpan.Zero, workload.ExpectedTimeOf("users"));
    }

    [Fact]
    public void A_pace_may_be_as_long_as_the_users_stay()
    {
        _folder.Changed("workload.json", "\"during\": \"30s\" } ]", """
            "during": "30s" }, { "kind": "keepConstant", "copies": 8, "during": "10s" } ], "pace": "40s"
            """);

        var (_, faults) = _folder.Read();

        Assert.Empty(faults);
    }

    [Theory]
    [InlineData("\"shop\"", "\"my shop\"", "name:", "other signs")]
    [InlineData("\"name\": \"shop\"", "\"name\": 7", "name:", "a text")]
    [InlineData("\"name\": \"shop\",", "", "name:", "missing")]
    [InlineData("\"scenarios\"", "\"scenario\"", "scenario:", "Did you mean 'scenarios'?")]
    [InlineData("\"kind\": \"zipf\"", "\"kind\": \"zip\"", "parameters.order_id.kind:", "uniform, zipf")]
    [InlineData("\"from\": 1,", "", "parameters.order_id.from:", "missing")]
    [InlineData("\"to\": \"5M\"", "\"to\": \"5X\"", "parameters.order_id.to:", "5X")]
    [InlineData("\"to\": \"5M\"", "\"to\": 0", "parameters.order_id.to:", "below from")]
    [InlineData("\"to\": \"5M\"", "\"to\": {}", "parameters.order_id.to:", "a number, a text, true or false")]
    [InlineData("\"skew\": 1.2", "\"skew\": -1", "parameters.order_id.skew:", "from 0.01")]
    [InlineData("\"skew\": 1.2", "\"locale\": \"de\"", "parameters.order_id.locale:", "a zipf has no such field")]
    [InlineData("\"weights\": [9, 1]", "\"weights\": [9]", "parameters.state.weights:", "values has 2")]
    [InlineData("\"weights\": [9, 1]", "\"weights\": [9, 0]", "parameters.state.weights[1]:", "above 0")]
    [InlineData("[\"new\", \"paid\"], \"weights\": [9, 1]", "[]", "parameters.state.values:", "empty")]
    [InlineData(":order_id * 2 + 1", ":order_id * (2", "parameters.next.value:", ") is missing")]
    [InlineData(":order_id * 2 + 1", ":nobody + 1", "parameters.next.value:", "no parameter nobody")]
    [InlineData(":order_id * 2 + 1", ":state + 1", "parameters.next.value:", "no whole number")]
    [InlineData(":order_id * 2 + 1", ":next + 1", "parameters.next.value:", "needs itself")]
    [InlineData("customers.csv", "../customers.csv", "parameters.customer.file:", "outside the folder")]
    [InlineData("customers.csv", "/etc/passwd", "parameters.customer.file:", "outside the folder")]
    [InlineData("customers.csv", "nobody.csv", "nobody.csv:", "no such file")]
    [InlineData("1960-01-01", "yesterday", "parameters.born.from:", "yesterday")]
    [InlineData("2000-12-31", "1950-12-31", "parameters.born.to:", "before from")]
    [InlineData("{{commerce.productName}}", "{{commerce.nothing}}", "parameters.title.pattern:", "Bogus")]
    [InlineData("\"locale\": \"de\"", "\"locale\": \"xx\"", "parameters.title.locale:", "no locale 'xx'")]
    [InlineData("\"different\": 50", "\"different\": 0", "parameters.title.different:", "from 1")]
    [InlineData("\"order_by_id\": 3", "\"order_by_ids\": 3", "scenarios.reads.operations.order_by_ids:", "Did you mean 'order_by_id'?")]
    [InlineData("\"order_by_id\": 3", "\"order_by_id\": -3", "scenarios.reads.operations.order_by_id:", "above 0")]
    [InlineData("\"kind\": \"inject\"", "\"kind\": \"inject\", \"copies\": 3", "scenarios.reads.simulations[0].copies:", "no such field")]
    [InlineData("\"rate\": 100,", "", "scenarios.reads.simulations[0].rate:", "missing")]
    [InlineData("\"rate\": 100", "\"rate\": 0", "scenarios.reads.simulations[0]:", "positive number")]
    [InlineData("\"during\": \"1m\"", "\"during\": 60", "scenarios.reads.simulations[0].during:", "with its unit")]
    [InlineData("\"during\": \"1m\"", "\"during\": \"0s\"", "scenarios.reads.simulations[0].during:", "from 0.1")]
    [InlineData("\"copies\": 8", "\"copies\": 0", "scenarios.users.simulations[0]:", "at least 1")]
    [InlineData("\"warmUp\": \"1s\"", "\"thinkTime\": \"1s\"", "scenarios.reads.thinkTime:", "has users")]
    [InlineData("\"during\": \"30s\" } ]", "\"during\": \"30s\" } ], \"pace\": \"31s\"", "scenarios.users.pace:", "never start")]
    [InlineData("\"during\": \"30s\" } ]",
        "\"during\": \"30s\" }, { \"kind\": \"keepConstant\", \"copies\": 4, \"during\": \"30s\" } ], \"pace\": \"31s\"",
        "scenarios.users.pace:", "users of simulations[0] stay 30 s")]
    [InlineData("\"maxInFlight\": 50", "\"maxInFlight\": 0", "scenarios.reads.maxInFlight:", "from 1")]
    [InlineData("\"reads\": {", "\"re ads\": {", "scenarios.re ads:", "other signs")]
    [InlineData("\"scenario\": \"reads\"", "\"scenario\": \"writes\"", "targets[0] SHOP-1", "scenario: 'writes'")]
    [InlineData("\"limit\": 50", "\"limit\": -1", "targets[0] SHOP-1", "limit")]
    [InlineData("\"unit\": \"ms\"", "\"unit\": \"m\"", "targets[0] SHOP-1", "unit")]
    [InlineData("\"name\": \"shop\",", "\"name\": \"shop\", \"setUp\": \"none.sql\",", "none.sql:", "no such file")]
    [InlineData("\"name\": \"shop\",", "\"name\": \"shop\", \"seed\": [{ \"table\": \"t\", \"rows\": \"many\", \"columns\": {} }],",
        "seed[0].rows:", "many")]
    [InlineData("\"name\": \"shop\",",
        "\"name\": \"shop\", \"seed\": [{ \"table\": \"t\", \"rows\": 5, \"columns\": {\"a\": {\"kind\": "
            + "\"query\", \"sql\": \"select 1\"}} }],",
        "seed[0].columns.a.kind:", "for parameters")]
    [InlineData("// Comments", "} // Comments", "line 3", "whole JSON")]
    public void A_wrong_word_in_the_file_is_named_with_file_and_field(string good, string bad, string field, string wrong)
    {
        var (workload, faults) = _folder.Changed("workload.json", good, bad).Read();

        Assert.Null(workload);
        Assert.Contains(faults, fault => fault.Contains(field, StringComparison.Ordinal) && fault.Contains(wrong, StringComparison.Ordinal)
            && (fault.Contains("workload.json", StringComparison.Ordinal) || fault.StartsWith(_folder.Path, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("-- name: order_by_id", "-- name: order by id", "line 1: -- name: 'order by id'")]
    [InlineData("-- name: checkout", "-- name: order_by_id", "line 5: -- name: order_by_id stands on line 1 too")]
    [InlineData("-- name: order_by_id", "-- no name", "line 3: the statement has no name")]
    [InlineData("= :order_id", "= :ordr_id", "line 3, :ordr_id: neither")]
    [InlineData("= :order_id", "= $1", "line 3: '$1' has no name")]
    [InlineData("= :order_id", "= 'open", "line 3: a text in quotes does not end")]
    [InlineData("= :order_id", "= /* open", "line 3: a comment does not end")]
    [InlineData("= :order_id", "= $a$ open", "line 3: a text in $a$ does not end")]
    [InlineData(":customer.id", ":customer.ident", "line 8, :customer.ident: the file has no column ident")]
    [InlineData(":order_id and", ":order_id.x and", "line 3, :order_id.x: order_id is a zipf and has no columns")]
    [InlineData(":made.id", ":made", "line 9, :made: it names no column")]
    [InlineData("-- result: made", "-- result: state", "line 8: -- result: state is the name of a parameter too")]
    [InlineData("-- result: made", "-- result: 1x", "'1x' is no name")]
    [InlineData("-- transaction", "-- transaction: sometimes", "line 6: -- transaction: 'sometimes'")]
    [InlineData("update stock", "commit; update stock", "line 9: 'commit' stands in what is a transaction already")]
    [InlineData("select *", "\\set aid 5\nselect *", "line 3: '\\set aid 5' is a command of psql or pgbench")]
    public void A_wrong_statement_is_named_with_file_and_line(string good, string bad, string fault)
    {
        var (workload, faults) = _folder.Changed("statements.sql", good, bad).Read();

        Assert.Null(workload);
        Assert.Contains(faults, told => told.Contains("statements.sql", StringComparison.Ordinal)
            && told.Contains(fault, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("id,name\n1\n", "line 2: it has 1 cells")]
    [InlineData("id,name\n1,\"open\n", "line 2: a quote does not end")]
    [InlineData("id,id\n1,2\n", "two columns are called id")]
    [InlineData("id,name\n", "no row below")]
    public void A_wrong_csv_is_named_with_its_line(string text, string fault)
    {
        var (workload, faults) = _folder.Write("customers.csv", text).Read();

        Assert.Null(workload);
        Assert.Contains(faults, told => told.Contains("customers.csv", StringComparison.Ordinal)
            && told.Contains(fault, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_fault_of_every_file_is_told_at_once()
    {
        var (_, faults) = _folder.Changed("workload.json", "\"skew\": 1.2", "\"skew\": -1")
            .Changed("statements.sql", "= :order_id", "= 'open")
            .Changed("workload.json", "\"warmUp\": \"1s\"", "\"warmUp\": \"1\"").Read();

        Assert.Contains(faults, fault => fault.Contains("parameters.order_id.skew", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("scenarios.reads.warmUp", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("no-such-folder")]
    [InlineData("")]
    public void What_is_no_folder_is_said_to_be_none(string path)
    {
        Assert.Null(LoadHarness.Workloads.WorkloadCatalog.Find(path, out var faults));
        Assert.Contains("--workload", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_statements_or_with_bytes_that_are_no_text_is_refused()
    {
        File.WriteAllBytes(Path.Combine(_folder.Path, "statements.sql"), [0xFF, 0xFE, 0x00, 0xD8]);
        Assert.Contains(_folder.Read().Faults, fault => fault.Contains("no UTF-8 text", StringComparison.Ordinal));
        File.Delete(Path.Combine(_folder.Path, "statements.sql"));
        Assert.Contains(_folder.Read().Faults, fault => fault.Contains("no .sql file", StringComparison.Ordinal));
    }
}
