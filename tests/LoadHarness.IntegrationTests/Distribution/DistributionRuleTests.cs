using System.Text.RegularExpressions;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Workload;
using Npgsql;

namespace LoadHarness.IntegrationTests.Distribution;

/// <summary>
/// The obstacles that a cluster would meet (decision 0025), looked for on one server: each is absent, and found when it is put back.
/// </summary>
public sealed class DistributionRuleTests(PostgresCluster cluster)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_catalog_keeps_every_rule_and_each_rule_finds_what_breaks_it()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var connection = await database.Owner.OpenConnectionAsync(Stop);
        var failures = new List<string>();
        foreach (var rule in CatalogRule.All)
        {
            failures.AddRange((await OffendersAsync(connection, rule)).Select(found => $"{rule}: {found}"));
            await using var transaction = await connection.BeginTransactionAsync(Stop);
            await connection.ExecuteAsync(rule.Plant, Stop);
            if ((await OffendersAsync(connection, rule)).Count == 0) failures.Add($"{rule}: not found: {rule.Plant}");
            await transaction.RollbackAsync(Stop);
        }

        Assert.Empty(failures);
    }

    [Fact]
    public async Task The_functions_keep_every_rule_and_each_rule_finds_what_breaks_it()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var connection = await database.Owner.OpenConnectionAsync(Stop);
        var names = await NamesAsync(connection);
        var failures = new List<string>();
        foreach (var rule in FunctionRule.All)
            failures.AddRange(Offenders(await FunctionsAsync(connection), rule, names).Select(found => $"{rule}: {found}"));
        foreach (var rule in FunctionRule.All)
        {
            await using var transaction = await connection.BeginTransactionAsync(Stop);
            await PlantAsync(connection, rule.Plant);
            if (!Offenders(await FunctionsAsync(connection), rule, names)
                .Any(found => found.StartsWith("planted", StringComparison.Ordinal)))
                failures.Add($"{rule}: not found: {rule.Plant}");
            await transaction.RollbackAsync(Stop);
        }

        Assert.Empty(failures);
    }

    [Fact]
    public async Task What_the_program_sends_itself_names_the_workspace_in_each_part()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        await using var connection = await database.Owner.OpenConnectionAsync(Stop);
        var names = await NamesAsync(connection);
        Assert.DoesNotContain(QueryCatalog.Shipped.Names, name =>
            Regex.Count(QueryCatalog.Shipped[name], $@"\b(from|join)\s+({names.Tenants})\b")
            > Regex.Count(QueryCatalog.Shipped[name], @"workspace_id = \$1"));
    }

    private static Task<List<string>> OffendersAsync(NpgsqlConnection connection, CatalogRule rule) =>
        connection.TextsAsync($"select offender::text from ({rule.Question}) as o (offender)", Stop);

    private static IEnumerable<string> Offenders(IReadOnlyList<SchemaFunction> functions, FunctionRule rule, SchemaNames names) =>
        from function in functions
        from statement in function.Statements
        where rule.Breaks(function, statement, names)
        select $"{function.Name}: {Regex.Replace(statement, @"\s+", " ").Trim()}";

    // Functions of bits are not asked where tables are distributed: segment_bits_are_on() says so, and count_by_bits with it.
    private static async Task<IReadOnlyList<SchemaFunction>> FunctionsAsync(NpgsqlConnection connection) => await connection.ListAsync(
        """
        select p.proname, l.lanname, p.pronargs, p.prosrc
        from pg_proc p
        join pg_language l on l.oid = p.prolang
        where p.pronamespace = 'public'::regnamespace and l.lanname in ('sql', 'plpgsql')
          and not exists (select from pg_depend d where d.objid = p.oid and d.classid = 'pg_proc'::regclass and d.deptype = 'e')
          and p.proname !~ '^(segment_|(write|choose|lock|build|fold|fold_next|note|forget_all)_segment)'
          and p.proname not in ('count_by_bits', 'workspaces_to_fold')
        """,
        row => new SchemaFunction(row.GetString(0), row.GetString(1), row.GetInt16(2), Cut(row.GetString(3))), Stop);

    private static string[] Cut(string body) => Regex.Replace(body, @"--[^\n]*", "").Split(';');

    private static async Task<SchemaNames> NamesAsync(NpgsqlConnection connection) => new(
        (await connection.ScalarAsync<string>(
            """
            select string_agg(distinct c.relname, '|') from pg_class c
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and (
                c.relname = 'workspaces' or exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id'))
            """, Stop))!,
        (await connection.ScalarAsync<string>(
            """
            select string_agg(distinct c.relname, '|')
            from pg_class c
            join pg_attribute a on a.attrelid = c.oid and a.attname = 'id' and a.attidentity <> ''
            where c.relnamespace = 'public'::regnamespace and not c.relispartition
            """, Stop))!,
        (await connection.ScalarAsync<string>(
            """
            select string_agg(distinct p.proname, '|') from pg_proc p
            where p.pronamespace = 'public'::regnamespace and p.provolatile <> 'i'
              and not exists (select from pg_depend d where d.objid = p.oid and d.classid = 'pg_proc'::regclass and d.deptype = 'e')
            """, Stop))!);

    private static Task<int> PlantAsync(NpgsqlConnection connection, string body) => connection.ExecuteAsync(
        body.StartsWith("language sql: ", StringComparison.Ordinal)
            ? $"create function planted(bigint) returns bigint language sql as $planted$ {body["language sql: ".Length..]} $planted$"
            : $"create function planted() returns void language plpgsql as $planted$ declare v_asked boolean; begin {body}; end $planted$",
            Stop);
}
