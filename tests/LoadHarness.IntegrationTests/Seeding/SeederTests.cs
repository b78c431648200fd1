using System.Text.Json.Nodes;
using LoadHarness.Core;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Validity;
using LoadHarness.Core.Verdicts;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Postgres.Workload;
using LoadHarness.Seeding;

namespace LoadHarness.IntegrationTests.Seeding;

public sealed class SeederTests(PostgresCluster cluster)
{
    private static readonly SeedRequest Request = new(2_000, 42, 2) { SeededAtMonth = new DateOnly(2026, 10, 1), LeadsPerChunk = 500 };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SchemaState.Base, 1)]
    [InlineData(SchemaState.Base, 2)]
    [InlineData(SchemaState.Base, 8)]
    [InlineData(SchemaState.Optimized, 2)]
    public async Task A_seeded_database_holds_exactly_the_generated_rows_whatever_schema_and_workers(SchemaState schema, int workers)
    {
        await using var database = await cluster.CreateDatabaseAsync(schema);
        var progress = new CountedStages();
        var manifest = await new Seeder(database.Owner).SeedAsync(Request with { Workers = workers }, progress, Stop);

        // A stage that ends with "0 workspaces" says something false.
        Assert.All(progress.Stages, stage => Assert.Equal(
            (stage.Key, stage.Value.Total ?? Math.Max(1, stage.Value.Done)), (stage.Key, stage.Value.Done)));
        Assert.All(manifest.Invariants, check => Assert.True(check.Holds, $"{check.Name}: {check.Evidence}"));
        Assert.Equal(SeedChecksum.Of(Request), manifest.Checksum);
        Assert.False(manifest.Reused);
        Assert.Equal(["leads", "email_sends", "lead_activities"], manifest.Tables.Select(table => table.Table));
    }

    [Theory]
    [InlineData(SchemaState.Base)]
    [InlineData(SchemaState.Optimized)]
    public async Task Indexes_keys_and_triggers_are_after_seeding_what_they_were_before(SchemaState schema)
    {
        await using var database = await cluster.CreateDatabaseAsync(schema);
        await database.Owner.ExecuteAsync(
            "create index leads_test_idx on leads (lower(name)); alter index leads_test_idx alter column 1 set statistics 300");
        var before = await Catalog.ReadAsync(database.Owner);
        await new Seeder(database.Owner).SeedAsync(Request, SilentProgress.Instance, Stop);

        Assert.Equal(before, await Catalog.ReadAsync(database.Owner));
    }

    [Fact]
    public async Task The_first_rows_of_a_larger_scale_are_the_rows_of_the_smaller_one()
    {
        await using var small = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await using var large = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await new Seeder(small.Owner).SeedAsync(Request with { Contacts = 700 }, SilentProgress.Instance, Stop);
        await new Seeder(large.Owner).SeedAsync(Request with
        {
            Contacts = 30_000,
            LeadsPerChunk = 9_000,
        }, SilentProgress.Instance, Stop);

        // Lead 20 is the last that every small workspace has at the smaller scale.
        foreach (var (table, lead) in new[] { ("leads", "id"), ("email_sends", "lead_id"), ("lead_activities", "lead_id") })
        {
            var common = $"""
                select t::text from {table} t where {lead} <= 700 or ({lead} > 1000000000 and {lead} % 1000000000 <= 20) order by id
                """;
            Assert.Equal(await Catalog.LinesAsync(small.Owner, common), await Catalog.LinesAsync(large.Owner, common));
        }
    }

    [Fact]
    public async Task Addresses_and_states_are_the_ones_that_can_be_computed()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await new Seeder(database.Owner).SeedAsync(Request, SilentProgress.Instance, Stop);

        var expected = Enumerable.Range(1, 2_000).Select(row => $"{row} {SeededLeads.EmailOf(42, row)} {SeededLeads.StatusOf(42, row)}");
        Assert.Equal(expected, await Catalog.LinesAsync(
            database.Owner, "select concat_ws(' ', id, email, status) from leads where workspace_id = 1 order by id"));
    }

    [Fact]
    public async Task The_rows_of_a_file_are_the_leads_as_they_are_seeded()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        var manifest = await new Seeder(database.Owner).SeedAsync(Request, SilentProgress.Instance, Stop);

        var rows = SeededLeads.FileOf(42, manifest.SeededAtMonth, 1, 2_000).ToList();
        var seeded = await Catalog.LinesAsync(database.Owner, """
            select jsonb_build_array(email, name, phone, company, position, source, to_jsonb(tags), custom_fields)::text
            from leads where workspace_id = 1 order by id
            """);

        Assert.Equal(rows.Count, seeded.Count);
        Assert.All(rows.Zip(seeded), pair =>
            Assert.True(JsonNode.DeepEquals(AsJson(pair.First), JsonNode.Parse(pair.Second)), $"{AsJson(pair.First)} is {pair.Second}"));

        static JsonArray AsJson(ImportRow row) =>
            new(row.Email, row.Name, row.Phone, row.Company, row.Position, row.Source, new JsonArray([.. row.Tags]),
                JsonNode.Parse(row.CustomFields));
    }

    [Fact]
    public async Task New_rows_get_ids_above_the_seeded_ones()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await new Seeder(database.Owner).SeedAsync(Request, SilentProgress.Instance, Stop);

        await using var insert = database.Owner.CreateCommand(
            "insert into leads (workspace_id, email) values (1, 'new@lead.example') returning id = (select max(id) + 1 from leads)");
        Assert.Equal(true, await insert.ExecuteScalarAsync(Stop));
    }

    [Fact]
    public async Task A_database_that_is_seeded_already_is_used_again()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        Assert.Null(await SeedReuse.FindAsync(database.Owner, Request, Stop));
        var first = await new Seeder(database.Owner).SeedAsync(Request, SilentProgress.Instance, Stop);
        var second = await new Seeder(database.Owner).SeedAsync(Request with { Workers = 1 }, SilentProgress.Instance, Stop);

        Assert.True(second.Reused);
        Assert.Equal(first.Checksum, second.Checksum);
        Assert.Equal(first.Tables, second.Tables);
        Assert.Equal(first.Checksum, (await SeedReuse.FindAsync(database.Owner, Request, Stop))?.Checksum);
        Assert.Null(await SeedReuse.FindAsync(database.Owner, Request with { Seed = 43 }, Stop));
    }

    [Fact]
    public async Task No_load_of_a_database_is_given_the_new_leads_of_an_earlier_one()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await new Seeder(database.Owner).SeedAsync(Request, SilentProgress.Instance, Stop);
        Assert.Equal((0L, 1_000L, 1_500L), (await TakeAsync(1_000), await TakeAsync(500), await TakeAsync(1)));

        // An earlier version seeded, and nobody counted what its loads brought in.
        await database.Owner.ExecuteAsync("drop table loadharness.seed_new_leads");
        Assert.True((await new Seeder(database.Owner).SeedAsync(Request, SilentProgress.Instance, Stop)).Reused);
        var far = await TakeAsync(1_000);
        Assert.InRange(far, 1_000_000_000, long.MaxValue);
        Assert.Equal(far + 1_000, await TakeAsync(1));

        await new Seeder(database.Owner).SeedAsync(Request with { Replace = true }, SilentProgress.Instance, Stop);
        Assert.Equal(0, await TakeAsync(1));

        Task<long> TakeAsync(long leads) => SeedReuse.SetLeadsAsideAsync(database.Owner, leads, Stop);
    }

    // Imports of earlier runs are no substitute for seeded rows that are gone.
    [Fact]
    public async Task Of_a_database_that_is_used_again_the_leads_are_counted_and_seeded_rows_that_are_gone_make_a_run_invalid()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var seeded = await new Seeder(database.Owner).SeedAsync(Request, SilentProgress.Instance, Stop);
        await database.Owner.ExecuteAsync("""
            delete from email_sends where workspace_id = 1 and lead_id % 2 = 0;
            delete from lead_activities where workspace_id = 1 and lead_id % 2 = 0;
            delete from leads where workspace_id = 1 and id % 2 = 0;
            insert into leads (workspace_id, email) select 1, format('new%s@lead.example', n) from generate_series(1, 1200) as n
            """);
        var manifest = await new Seeder(database.Owner).SeedAsync(Request, SilentProgress.Instance, Stop);
        var run = SampleRun.Create() with
        {
            Seed = manifest with { Found = await SeedReuse.CountAsync(database.Owner, manifest, Stop) },
        };
        var target = new Target("SC-1", "Leads", Statistic.Contacts, 1_500, LimitDirection.AtLeast, "leads");

        Assert.Contains($"2,000 rows of leads instead of {seeded.Tables[0].Rows:N0}", Assert.Single(RunChecks.Doubts(run, [])),
            StringComparison.Ordinal);
        Assert.Contains("1,200 of leads", run.Seed.Found!.More(), StringComparison.Ordinal);
        var verdict = Assert.Single(TargetJudge.Decide(run, [target]));
        Assert.Equal((VerdictKind.Met, 2_200.0), (verdict.Kind, verdict.Figure));
        Assert.Contains("counted before the load", verdict.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_options_on_a_seeded_database_are_refused_or_replace_it_on_request()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await new Seeder(database.Owner).SeedAsync(Request, SilentProgress.Instance, Stop);
        var other = Request with { Seed = 43 };

        var refusal = await Assert.ThrowsAsync<HarnessException>(
            () => new Seeder(database.Owner).SeedAsync(other, SilentProgress.Instance, Stop));
        Assert.Contains("seed 42", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--force", refusal.Message, StringComparison.Ordinal);
        var replaced = await new Seeder(database.Owner).SeedAsync(other with { Replace = true }, SilentProgress.Instance, Stop);
        Assert.Equal(SeedChecksum.Of(other), replaced.Checksum);
    }

    [Fact]
    public async Task Leads_are_spread_over_workspaces_on_request_and_the_database_is_used_again_for_the_same_spread_only()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var request = Request with { Contacts = 5_000, Spread = new(12, 1), Workers = 1 };
        var manifest = await new Seeder(database.Owner).SeedAsync(request, SilentProgress.Instance, Stop);

        Assert.All(manifest.Invariants, check => Assert.True(check.Holds, $"{check.Name}: {check.Evidence}"));
        Assert.Equal(SeedChecksum.Of(request), manifest.Checksum);
        Assert.Equal(request.Spread, manifest.Spread);
        Assert.Equal(
            request.Spread.SizesOf(5_000).Select((size, index) => $"{index + 1} {size}"),
            await Catalog.LinesAsync(database.Owner,
                "select concat_ws(' ', workspace_id, count(*)) from leads group by workspace_id order by workspace_id"));
        Assert.Equal(["12 12 12"], await Catalog.LinesAsync(database.Owner,
            """
            select concat_ws(' ', (select count(*) from workspaces), (select count(distinct workspace_id) from email_sends),
                (select count(distinct workspace_id) from lead_activities))
            """));
        // As a table grows: rows of all workspaces lie between one another, in the order of time.
        Assert.Equal(["created_at", "workspace_id"], await Catalog.LinesAsync(database.Owner,
            """
            select attname from pg_stats
            where tablename = 'leads'
              and (attname = 'created_at' and correlation > 0.9 or attname = 'workspace_id' and abs(correlation) < 0.5)
            order by attname
            """));

        Assert.True((await new Seeder(database.Owner).SeedAsync(request, SilentProgress.Instance, Stop)).Reused);
        Assert.Null(await SeedReuse.FindAsync(database.Owner, request with { Spread = new(12, 0.5) }, Stop));
        var refusal = await Assert.ThrowsAsync<HarnessException>(
            () => new Seeder(database.Owner).SeedAsync(request with { Spread = new(13, 1) }, SilentProgress.Instance, Stop));
        Assert.Contains("in 12 workspaces (skew 1), seed 42", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("in 13 workspaces (skew 1), seed 42", refusal.Message, StringComparison.Ordinal);
    }

    // Of many equal workspaces nearly all send one campaign a month, so the sends a lead are fewer; and a thousand leads are few.
    [Theory]
    [InlineData(20_000, 100, 0, 42)]
    [InlineData(1_000, 1, 1, 97)]
    public async Task Sound_rows_pass_their_own_checks_whatever_their_spread_and_seed(
        long contacts, int workspaces, double skew, ulong seed)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        var request = Request with { Contacts = contacts, Seed = seed, Spread = new(workspaces, skew), LeadsPerChunk = 50_000 };

        var manifest = await new Seeder(database.Owner).SeedAsync(request, SilentProgress.Instance, Stop);

        Assert.Equal(SeedChecksum.Of(request), manifest.Checksum);
    }

    [Fact]
    public async Task Rows_of_others_are_never_touched_without_being_asked()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await using (var insert = database.Owner.CreateCommand("insert into workspaces (name) values ('mine')"))
            await insert.ExecuteNonQueryAsync(Stop);

        var refusal = await Assert.ThrowsAsync<HarnessException>(
            () => new Seeder(database.Owner).SeedAsync(Request, SilentProgress.Instance, Stop));
        Assert.Contains("did not put there", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["mine"], await Catalog.LinesAsync(database.Owner, "select name from workspaces"));
    }

    [Fact]
    public async Task A_database_without_the_schema_is_refused_with_the_way_out()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        var refusal = await Assert.ThrowsAsync<HarnessException>(
            () => new Seeder(database.Owner).SeedAsync(Request, SilentProgress.Instance, Stop));
        Assert.Contains("there is no table leads", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disk_that_is_too_small_is_told_before_anything_is_written()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        var seeder = new Seeder(database.Owner) { FreeBytes = _ => 1_000_000 };
        var refusal = await Assert.ThrowsAsync<HarnessException>(() => seeder.SeedAsync(Request, SilentProgress.Instance, Stop));
        Assert.Contains("0.0 GB free", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["0"], await Catalog.LinesAsync(database.Owner, "select count(*)::text from workspaces"));
    }

    [Fact]
    public async Task A_disk_that_has_room_for_the_rows_and_none_for_a_copy_of_them_is_told_before_anything_is_written()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        var wal = await database.Owner.AskAsync<long>("select pg_size_bytes(current_setting('max_wal_size'))");
        var room = DiskSpace.BytesFor(new SeedPlan(Request.Contacts, Request.Spread).Leads, wal);
        var seeder = new Seeder(database.Owner) { FreeBytes = _ => room };
        // Saving makes the place of the copy.
        var copied = Request with { Copies = new(Path.Combine(cluster.Server.Directory.Root, "not", "there"), 0) };
        var refusal = await Assert.ThrowsAsync<HarnessException>(() => seeder.SeedAsync(copied, SilentProgress.Instance, Stop));
        Assert.Contains("Seeding 3000 leads and copying the server", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["0"], await Catalog.LinesAsync(database.Owner, "select count(*)::text from workspaces"));
    }
}
