using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Workloads;
using Npgsql;

namespace LoadHarness.IntegrationTests.Workloads;

/// <summary>A schema of several tenants under row security, as somebody else's application has it.</summary>
public sealed class TenantWorkloadTests(PostgresCluster cluster) : IAsyncLifetime
{
    private const string Tables = """
        create table note (tenant text not null, id int not null, body text not null, primary key (tenant, id));
        insert into note select t, n, t || ' ' || n from unnest(array['north', 'south', 'west']) t, generate_series(1, 200) n;
        create table visit (
            tenant text not null default current_setting('app.tenant'), note int not null, who name not null default current_user);
        alter table note enable row level security;
        alter table visit enable row level security;
        create policy own on note using (tenant = current_setting('app.tenant'));
        create policy own on visit using (tenant = current_setting('app.tenant'));
        """;

    private const string Rest = """
        "tenant": { "setting": "app.tenant", "value": ":customer.tenant", "role": "tenant_app" },
        "parameters": {
          "customer": { "kind": "query", "sql": "select tenant, count(*) as notes from note group by tenant order by tenant" },
          "note": { "kind": "query", "sql": "select tenant, id, body from note order by tenant, id", "within": "customer.tenant" },
          "page": { "kind": "pages", "first": "first_page", "next": "next_page", "cursor": "id",
                    "deepest": 60, "keep": 5, "keepOfSeveral": 9 }
        },
        """;

    private const string Sql = """
        -- name: one
        -- parameters: note.id
        select id, body, tenant from note where id = $1;

        -- name: all
        select count(*) as notes from note;

        -- name: first_page
        select id from note order by id limit 10;

        -- name: next_page
        -- tenant: :page.tenant
        select id from note where id > :page.id and tenant = :page.tenant order by id limit 10;

        -- name: visit
        -- result: seen
        select id from note where id = :note.id;
        insert into visit (note) values (:seen.id);
        """;

    private const string Answers = """
        "answers": {
          "one": { "atLeast": 1, "atMost": 1, "equal": { "id": ":note.id", "body": ":note.body", "tenant": ":customer.tenant" } },
          "all": { "atLeast": 1, "least": { "notes": ":customer.notes" }, "most": { "notes": ":customer.notes" } },
          "first_page": { "atLeast": 1000, "atMost": 10 },
          "next_page": { "atLeast": ":page.rows", "atMost": 10 }
        },
        """;

    private const string All = "\"one\": 3, \"all\": 1, \"first_page\": 1, \"next_page\": 2, \"visit\": 1";

    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await _database.Owner.ExecuteAsync(Tables);
        await _database.Owner.ExecuteAsync(
            """
            do $$ begin create role tenant_app; exception when duplicate_object then null; end $$;
            grant select on note to tenant_app;
            grant select, insert on visit to tenant_app;
            """);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Each_request_is_its_tenant_s_in_its_role_and_gets_the_answer_that_was_drawn()
    {
        using var files = Files(Rest + Answers);

        var result = await files.RunAsync(_database.ConnectionString);

        Assert.Empty(Errors(result));
        Assert.All(result.Operations, operation => Assert.True(operation.Accounting.Completed > 0, operation.Name));
        Assert.Equal(["connect", "fetch", "query"], Steps(result, "one"));
        var visits = result.Operations.Single(operation => operation.Name == "visit").Accounting.Completed;
        Assert.Equal(visits, await _database.Owner.AskAsync<long>("select count(*) from visit where who = 'tenant_app'"));
        Assert.Equal(3, await _database.Owner.AskAsync<long>("select count(distinct tenant) from visit"));
    }

    [Fact]
    public async Task Without_a_role_a_request_keeps_that_of_its_connection()
    {
        const string sql = """
            -- name: all
            /*+ Set(work_mem 5MB) */ select count(*) as notes, current_setting('work_mem') as memory from note;

            -- name: visit
            insert into visit (note) values (1);
            """;
        const string rest = """
            "tenant": { "setting": "app.tenant", "value": ":customer" },
            "parameters": { "customer": { "kind": "list", "values": ["north", "south", "west"] } },
            "answers": { "all": { "atLeast": 1, "equal": { "notes": 200, "memory": "5MB" } } },
            """;
        var connection = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Options = "-c role=tenant_app" }.ConnectionString;
        using var files = WorkloadFiles.Write(sql, "\"all\": 1, \"visit\": 1", rest);

        Assert.Empty(Errors(await files.RunAsync(connection)));
        Assert.Equal(["tenant_app"], await _database.Owner.AskAsync<string[]>("select array_agg(distinct who::text) from visit"));

        await _database.Owner.ExecuteAsync("revoke insert on visit from tenant_app");
        await using var run = await WorkloadRun.PrepareAsync(files.Read(), connection, 1, TestContext.Current.CancellationToken);
        var tried = (await run.TryAsync(1, TestContext.Current.CancellationToken)).ToDictionary(trial => trial.Operation);
        Assert.Null(tried["all"].Fault);
        Assert.StartsWith("42501", tried["visit"].Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_is_another_tenant_s_or_lacks_rows_is_a_failure_with_its_reason()
    {
        await _database.Owner.ExecuteAsync(
            """
            drop policy own on note;
            create policy own on note using (
                tenant = case current_setting('app.tenant') when 'south' then 'north' else 'south' end and id < 190);
            """);
        using var files = Files(Rest + Answers, "\"one\": 3, \"all\": 1, \"first_page\": 1");

        var errors = Errors(await files.RunAsync(_database.ConnectionString));

        Assert.Contains("wrong answer: one returned a row with another body", errors);
        Assert.Contains("wrong answer: one found no row", errors);
        Assert.Contains("wrong answer: all returned an implausible notes", errors);
        Assert.DoesNotContain(errors, error => error.Contains("first_page", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_workload_without_tenants_has_answers_rows_within_others_and_pages_too()
    {
        var sql = Sql.Replace("-- tenant: :page.tenant\n", "", StringComparison.Ordinal)
            .Replace("and tenant = :page.tenant", "and tenant = 'north'", StringComparison.Ordinal)
            .Replace("where id = $1", "where id = $1 and tenant = :customer.tenant", StringComparison.Ordinal)
            .Replace("-- parameters: note.id\n", "", StringComparison.Ordinal).Replace("$1", ":note.id", StringComparison.Ordinal)
            .Replace("select id from note order", "select id from note where tenant = 'north' order", StringComparison.Ordinal);
        var rest = Rest[Rest.IndexOf("\"parameters\"", StringComparison.Ordinal)..];
        using var files = WorkloadFiles.Write(sql, "\"one\": 3, \"first_page\": 1, \"next_page\": 2", rest + Answers);

        Assert.Empty(Errors(await files.RunAsync(_database.ConnectionString)));

        await _database.Owner.ExecuteAsync("delete from note where id > 150 and tenant = 'north'");
        Assert.Empty(Errors(await files.RunAsync(_database.ConnectionString)));
        await _database.Owner.ExecuteAsync("delete from note where id > 10");
        await AssertAbortsAsync(files, "parameters.page: first_page found fewer rows than two pages hold");
    }

    [Fact]
    public async Task Every_statement_is_tried_as_a_tenant_and_rows_that_belong_to_nobody_are_named()
    {
        using var files = Files(Rest + Answers);
        await using (var run = await WorkloadRun.PrepareAsync(
            files.Read(), _database.ConnectionString, 1, TestContext.Current.CancellationToken))
            Assert.All(await run.TryAsync(1, TestContext.Current.CancellationToken), trial => Assert.Null(trial.Fault));

        using var lacking = Files(Rest.Replace(
            "id, body from note order", "id, body from note where tenant <> 'west' order", StringComparison.Ordinal));
        var refused = await Assert.ThrowsAsync<HarnessException>(() => lacking.RunAsync(_database.ConnectionString));
        Assert.Contains(
            "parameters.note.within: no row has the tenant 'west' that customer may draw", refused.Message, StringComparison.Ordinal);
        using var seeded = Files(Rest.Replace(
            "\"kind\": \"query\", \"sql\": \"select tenant, id, body from note order by tenant, id\", \"within\": \"customer.tenant\"",
            "\"kind\": \"seeded\", \"rows\": \"leads\"", StringComparison.Ordinal));
        refused = await Assert.ThrowsAsync<HarnessException>(() => seeded.RunAsync(_database.ConnectionString));
        Assert.Contains("parameters.note.rows: there are no seeded rows 'leads' here", refused.Message, StringComparison.Ordinal);
    }

    private static WorkloadFiles Files(string rest, string operations = All) => WorkloadFiles.Write(
        Sql, operations, rest, """{ "kind": "iterationsForConstant", "copies": 3, "iterations": 160 }""");

    private async Task AssertAbortsAsync(WorkloadFiles files, string reason)
    {
        var result = await files.RunAsync(_database.ConnectionString);
        Assert.Contains(reason, result.AbortReason, StringComparison.Ordinal);
    }

    private static List<string> Errors(ScenarioResult result) =>
        [.. result.Operations.SelectMany(operation => operation.Errors).Select(error => error.Message)];

    private static IEnumerable<string> Steps(ScenarioResult result, string operation) =>
        result.Operations.Single(one => one.Name == operation).Steps.Select(step => step.Name).Order(StringComparer.Ordinal);
}
