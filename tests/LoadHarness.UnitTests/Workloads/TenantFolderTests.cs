using LoadHarness.Workloads;

namespace LoadHarness.UnitTests.Workloads;

/// <summary>What names another part of the workload must find it: tenants, answers, rows within others, pages.</summary>
public sealed class TenantFolderTests : IDisposable
{
    private const string Json = """
        {
          "name": "notes",
          "tenant": { "setting": "app.tenant", "value": ":customer.tenant", "role": "app" },
          "parameters": {
            "customer": { "kind": "query", "sql": "select tenant, notes from customer" },
            "note": { "kind": "query", "sql": "select tenant, id from note", "within": "customer.tenant" },
            "page": { "kind": "pages", "first": "first_page", "next": "next_page", "cursor": "id" },
            "count": { "kind": "uniform", "from": 1, "to": 9 }
          },
          "scenarios": {
            "reads": {
              "operations": { "note": 3, "first_page": 1, "next_page": 1 },
              "statements": { "note": "note_by_id" },
              "connections": 16,
              "simulations": [ { "kind": "inject", "rate": 100, "during": "1m" } ]
            }
          },
          "answers": { "note_by_id": { "atLeast": 1, "atMost": ":count", "equal": { "id": ":note.id" }, "least": { "n": 1 } } }
        }
        """;

    private const string Sql = """
        -- name: note_by_id
        -- parameters: note.id, count
        select id, n from note where id = $1 and n = $2;

        -- name: first_page
        select id from note order by id limit 10;

        -- name: next_page
        -- tenant: :page.tenant
        select id from note where id > :page.id order by id limit 10;
        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_right_folder_has_tenants_answers_and_names_for_counted_parameters()
    {
        var (workload, faults) = Read(Json, Sql);

        Assert.Empty(faults);
        Assert.Equal(["note.id", "count"], workload!.Statements["note_by_id"].Parameters);
        Assert.Equal("page.tenant", workload.Statements["next_page"].Tenant);
        Assert.Equal(["note", "first_page", "next_page"], workload.Operations["reads"]);
    }

    [Theory]
    [InlineData("\"app.tenant\"", "\"app.tenant = 1\"", "tenant.setting: 'app.tenant = 1' is no name of a setting")]
    [InlineData(":customer.tenant\", \"role\"", ":custmer.tenant\", \"role\"", "tenant.value: there is no parameter custmer")]
    [InlineData(
        "\"tenant\": { \"setting\": \"app.tenant\", \"value\": \":customer.tenant\", \"role\": \"app\" },",
        "",
        "-- tenant: stands at next_page")]
    [InlineData(
        "\"tenant\": { \"setting\": \"app.tenant\", \"value\": \":customer.tenant\", \"role\": \"app\" },",
        "",
        "scenarios.reads.connections: the workload has no tenant")]
    [InlineData("\"within\": \"customer.tenant\"", "\"within\": \"customer\"", "parameters.note.within: 'customer' names no column")]
    [InlineData(
        "\"within\": \"customer.tenant\"",
        "\"within\": \"count.tenant\"",
        "parameters.note.within: the parameter count has no columns")]
    [InlineData("\"within\": \"customer.tenant\"", "\"within\": \"note.tenant\"", "parameters.note.within: :note needs itself")]
    [InlineData(
        "\"within\": \"customer.tenant\"",
        "\"within\": \"customer.tenant\", \"order\": \"sequential\"",
        "parameters.note.order: rows within others are drawn")]
    [InlineData("\"first\": \"first_page\"", "\"first\": \"first\"", "parameters.page.first: no .sql file has a statement of that name")]
    [InlineData("\"first\": \"first_page\"", "\"first\": \"next_page\"", "parameters.page.first: next_page needs :page itself")]
    [InlineData("\"next\": \"next_page\"", "\"next\": \"first_page\"", "parameters.page.next: first_page does not take :page.id")]
    [InlineData(", \"cursor\": \"id\"", "", "parameters.page.cursor: it is missing")]
    [InlineData(
        "\"statements\": { \"note\"",
        "\"statements\": { \"notes\"",
        "scenarios.reads.statements.notes: the scenario has no such operation")]
    [InlineData("\"note_by_id\" },", "\"note_by_ids\" },", "scenarios.reads.statements.note: no .sql file has a statement of that name")]
    [InlineData("\"answers\": { \"note_by_id\"", "\"answers\": { \"note\"", "answers.note: no .sql file has a statement of that name")]
    [InlineData("\":count\"", "\":conut\"", "answers.note_by_id.atMost: there is no parameter conut")]
    [InlineData("\":count\"", "\":count.x\"", "answers.note_by_id.atMost: count is a uniform and has no columns")]
    [InlineData("\"n\": 1", "\"n\": \"one\"", "answers.note_by_id.least.n: it is 'one'")]
    public void A_wrong_reference_is_named_with_its_field(string good, string bad, string fault)
    {
        var (workload, faults) = Read(Changed(Json, good, bad), Sql);

        Assert.Null(workload);
        Assert.Contains(faults, one => one.Contains(fault, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("-- parameters: note.id, count", "-- parameters: note.id", "line 3: '$2' has no name: -- parameters: has 1")]
    [InlineData(
        "-- parameters: note.id, count",
        "-- parameters: note.id, count, count",
        "line 3: -- parameters: names 3, and the statement has 2")]
    [InlineData("-- parameters: note.id, count", "-- parameters: note id", "line 2: -- parameters: 'note id' is no name")]
    [InlineData("n = $2;", "n = $2; select $1::int;", "-- parameters: stands above several statements")]
    [InlineData("n = $2", "n = $2 and tenant = :customer.tenant", "line 3: ':customer' has a name, and -- parameters: names $1, $2")]
    [InlineData("-- tenant: :page.tenant", "-- tenant: page tenant", "line 9: -- tenant: 'page tenant' is no name")]
    [InlineData("-- tenant: :page.tenant", "-- tenant: :pages.tenant", "there is no parameter pages")]
    [InlineData(
        "select id, n from note where id = $1 and n = $2",
        "-- transaction\nselect id, n from note where id = $1 and n = $2",
        "answers.note_by_id: it is a transaction")]
    public void A_wrong_line_above_a_statement_is_named_with_file_and_line(string good, string bad, string fault)
    {
        var (workload, faults) = Read(Json, Changed(Sql, good, bad));

        Assert.Null(workload);
        Assert.Contains(faults, one => one.Contains(fault, StringComparison.Ordinal));
    }

    private (Workload? Workload, IReadOnlyList<string> Faults) Read(string json, string sql)
    {
        File.WriteAllText(Path.Combine(_directory.Path, "workload.json"), json);
        File.WriteAllText(Path.Combine(_directory.Path, "statements.sql"), sql);
        return (WorkloadCatalog.Find(_directory.Path, out var faults), faults);
    }

    private static string Changed(string text, string good, string bad)
    {
        Assert.Contains(good, text, StringComparison.Ordinal);
        return text.Replace(good, bad, StringComparison.Ordinal);
    }
}
