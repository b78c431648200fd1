using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.IntegrationTests.Seeding;
using LoadHarness.Postgres.Migration;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Seeding;
using Npgsql;

namespace LoadHarness.IntegrationTests.Provisioning;

public sealed class ProvisionerTests(PostgresCluster cluster)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_native_server_has_the_checklists_settings_and_durability_CF_1_to_CF_5()
    {
        Assert.NotNull(cluster.Server);
        await using var database = await ProvisionAsync(new DatabaseTarget.Native());
        Assert.Equal(ServerKind.Native, database.Server.Provisioning);
        AssertChecklist(database.Server.Settings);
        if (OperatingSystem.IsLinux()) Assert.Contains(database.Server.Settings["huge_pages_status"], new[] { "on", "off" });
        Assert.Equal(ServersPlace.FileSystemOf(ServersPlace.Root), database.Server.FileSystem);
        Assert.True(ServerAccount.IsAlive(database.ServerProcessId!.Value));
        Assert.True(Directory.Exists(Path.GetDirectoryName(database.DataDirectory)));
        Assert.DoesNotContain(database.Server.Capabilities, capability => !capability.Available && capability.Remedy is null);
    }

    [Fact]
    public async Task A_container_has_the_checklists_settings_and_durability_CF_1_to_CF_5()
    {
        Containers.Require(await ContainerEngine.FaultAsync(Stop));
        await using var database = await ProvisionAsync(new DatabaseTarget.Container());
        Assert.Equal(ServerKind.Container, database.Server.Provisioning);
        AssertChecklist(database.Server.Settings);
        Assert.All(
            database.Server.Capabilities.Where(capability => capability.Name.StartsWith("pg_", StringComparison.Ordinal)),
            capability => Assert.True(capability.Available, capability.Name));
        await using var source = NpgsqlDataSource.Create(database.AdminConnectionString);
        await using var create = source.CreateCommand("create extension pg_cron; create extension pg_partman");
        await create.ExecuteNonQueryAsync(Stop);
    }

    [Fact]
    public async Task A_seeding_in_the_container_has_the_checksum_of_a_native_one()
    {
        Containers.Require(await ContainerEngine.FaultAsync(Stop));
        var request = new SeedRequest(2_000, 42, 2) { SeededAtMonth = new DateOnly(2026, 10, 1) };
        await using var database = await ProvisionAsync(new DatabaseTarget.Container());
        await using var container = NpgsqlDataSource.Create(database.AdminConnectionString);
        await using var native = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await SchemaTemplates.BuildAsync(container, SchemaState.Optimized);
        var manifests = new[] { await SeedAsync(container, request), await SeedAsync(native.Owner, request) };

        Assert.Equal(manifests[1].Checksum, manifests[0].Checksum);
        Assert.All(manifests[0].Invariants, check => Assert.True(check.Holds, $"{check.Name}: {check.Evidence}"));
        // The rows as the servers hold them, not as they were sent.
        const string rows = """
            select md5(string_agg(t::text, ',' order by id))
            from leads t
            union all
            select md5(string_agg(t::text, ',' order by id))
            from email_sends t
            union all
            select md5(string_agg(t::text, ',' order by id))
            from lead_activities t
            """;
        Assert.Equal(await Catalog.LinesAsync(native.Owner, rows), await Catalog.LinesAsync(container, rows));
    }

    [Fact]
    public async Task A_given_empty_database_is_used_as_it_is()
    {
        await using var given = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await using var database = await ProvisionAsync(new DatabaseTarget.Given(given.ConnectionString));
        Assert.Equal(ServerKind.Given, database.Server.Provisioning);
        Assert.Equal(new NpgsqlConnectionStringBuilder(given.ConnectionString).Database, database.Server.Database);
        Assert.Null(database.ServerProcessId);
        Assert.Null(database.Server.FileSystem);
    }

    [Fact]
    public async Task A_given_database_with_tables_is_refused_without_force_and_taken_with_it()
    {
        await using var given = await cluster.CreateDatabaseAsync(SchemaState.Base);
        var target = new DatabaseTarget.Given(given.ConnectionString);
        var refusal = await Assert.ThrowsAsync<HarnessException>(() => ProvisionAsync(target));
        Assert.Equal(ExitCode.BadUsage, refusal.ExitCode);
        Assert.Contains("--force", refusal.Message, StringComparison.Ordinal);
        await using var database = await ProvisionAsync(target, force: true);
    }

    [Theory]
    [InlineData(true, "every row of workspaces, users, leads and of all that refers to them is deleted")]
    [InlineData(false, "nothing that it holds is deleted")]
    public async Task A_refusal_says_what_force_would_delete(bool crmSchema, string words)
    {
        await using var given = await cluster.CreateDatabaseAsync(SchemaState.Base);
        var request = new DatabaseRequest(
            new DatabaseTarget.Given(given.ConnectionString), ServerProfile.Checklist, Keep: false, Force: false)
        {
            CrmSchema = crmSchema,
        };
        var refusal = await Assert.ThrowsAsync<HarnessException>(
            () => Provisioner.ProvisionAsync(request, SilentProgress.Instance, Stop));
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_build_leaves_that_ended_before_the_base_schema_is_taken_without_force()
    {
        await using var given = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        var files = MigrationFiles.Read() with { BaseSchema = "select 1 / 0" };
        await Assert.ThrowsAsync<PostgresException>(() => new Migrator(given.Owner)
        {
            Files = files,
        }.BuildAsync(SilentProgress.Instance, Stop));
        await using (await ProvisionAsync(new DatabaseTarget.Given(given.ConnectionString)))
            await new Migrator(given.Owner).BuildAsync(SilentProgress.Instance, Stop);

        await using var other = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await Assert.ThrowsAsync<PostgresException>(() => new Migrator(other.Owner)
        {
            Files = files,
        }.BuildAsync(SilentProgress.Instance, Stop));
        await other.Owner.ExecuteAsync("create table precious (id int)");
        await RefusesAsync(other);
    }

    [Fact]
    public async Task What_a_migration_leaves_that_ended_half_way_is_taken_without_force_until_it_holds_a_row()
    {
        await using var given = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        var stopped = new Migrator(given.Owner) { StepBegun = step => CancelIf(step == "02_keys/leads_key") };
        await Assert.ThrowsAsync<OperationCanceledException>(() => stopped.BuildAsync(SilentProgress.Instance, Stop));
        await using (await ProvisionAsync(new DatabaseTarget.Given(given.ConnectionString)))
            await given.Owner.ExecuteAsync("insert into workspaces (name) values ('Precious')");
        await RefusesAsync(given);
    }

    [Fact]
    public async Task What_a_seeding_leaves_that_ended_before_its_first_row_is_taken_without_force_until_others_put_rows_there()
    {
        await using var given = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var stopped = new Seeder(given.Owner) { FreeBytes = _ => { CancelIf(true); return null; } };
        await Assert.ThrowsAsync<OperationCanceledException>(() => stopped.SeedAsync(new(1_000, 42, 1), SilentProgress.Instance, Stop));
        await using (await ProvisionAsync(new DatabaseTarget.Given(given.ConnectionString)))
            await given.Owner.ExecuteAsync("insert into workspaces (name) values ('Precious')");
        await RefusesAsync(given);
    }

    [Fact]
    public async Task An_unreachable_server_is_named_without_the_password()
    {
        var target = new DatabaseTarget.Given("Host=127.0.0.1;Port=1;Username=app;Password=secret;Database=crm");
        var failure = await Assert.ThrowsAsync<HarnessException>(() => ProvisionAsync(target));
        Assert.Contains("127.0.0.1:1", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ordinary_role_works_and_sees_what_it_lacks()
    {
        await using var given = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await using (var create = given.Owner.CreateCommand(
            "create role tenant_of_a_service login password 'plain'; grant all on schema public to tenant_of_a_service"))
            await create.ExecuteNonQueryAsync(Stop);
        var login = new NpgsqlConnectionStringBuilder(given.ConnectionString) { Username = "tenant_of_a_service", Password = "plain" };

        await using var database = await ProvisionAsync(new DatabaseTarget.Given(login.ConnectionString));
        var byName = database.Server.Capabilities.ToDictionary(capability => capability.Name);
        Assert.False(byName[ServerCapabilities.Superuser].Available);
        Assert.False(byName["pg_stat_statements"].Available);
        Assert.Contains("create extension pg_stat_statements", byName["pg_stat_statements"].Remedy, StringComparison.Ordinal);
        Assert.True(byName["btree_gin"].Available);
        NpgsqlConnection.ClearAllPools();
    }

    private static void CancelIf(bool here)
    {
        if (here) throw new OperationCanceledException();
    }

    private static async Task RefusesAsync(TestDatabase database) =>
        Assert.Contains("--force", (await Assert.ThrowsAsync<HarnessException>(
            () => ProvisionAsync(new DatabaseTarget.Given(database.ConnectionString)))).Message, StringComparison.Ordinal);

    private static void AssertChecklist(IReadOnlyDictionary<string, string> settings)
    {
        Assert.Equal("200", settings["max_connections"]);
        Assert.Equal("512MB", settings["shared_buffers"]);
        Assert.Equal("2GB", settings["effective_cache_size"]);
        Assert.Equal("128MB", settings["maintenance_work_mem"]);
        Assert.Equal("8", settings["max_parallel_workers"]);
        Assert.All(ServerSettings.Durability, name => Assert.Equal("on", settings[name]));
    }

    private static Task<Core.Measurement.SeedManifest> SeedAsync(NpgsqlDataSource source, SeedRequest request) =>
        new Seeder(source).SeedAsync(request, SilentProgress.Instance, Stop);

    private static Task<Database> ProvisionAsync(DatabaseTarget target, bool force = false) =>
        Provisioner.ProvisionAsync(new DatabaseRequest(target, ServerProfile.Checklist, Keep: false, force), SilentProgress.Instance,
            Stop);
}
