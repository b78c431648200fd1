using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Imports;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres.Migration;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Postgres.Workload;
using Npgsql;

namespace LoadHarness.IntegrationTests.Sends;

/// <summary>The server is ended as by a power cut, in a cluster of its own, in the middle of an import and of a campaign.</summary>
public sealed class PowerCutTests
{
    private const int Rows = 20_000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_import_and_a_campaign_that_a_crash_cut_off_end_with_exactly_the_right_rows()
    {
        var binaries = await PostgresBinaries.FindAsync(Stop);
        Require.Present(binaries is null ? "No PostgreSQL server programs on this machine: install the distribution's postgresql package." : null);
        await using var cluster = await NativeCluster.StartAsync(binaries!, ServerSettings.For(ServerProfile.Checklist, MachineSize.Here, [], "postgres"), keep: false, Stop);
        await using var admin = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Pooling = false }.ConnectionString);
        var migrator = new Migrator(admin);
        await migrator.ApplyBaseAsync(Stop);
        await migrator.UpAsync(SilentProgress.Instance, Stop);
        await ScalarAsync(admin, "with w as (insert into workspaces (id, name) values (1, 'own') returning 1) select count(*) from w");

        await ImportThroughACrashAsync(cluster, admin);
        await SendThroughACrashAsync(cluster, admin);
    }

    private static async Task ImportThroughACrashAsync(NativeCluster cluster, NpgsqlDataSource admin)
    {
        await using var app = TenantDatabase.Open(cluster.ConnectionString, "lh_app", 1, 10);
        var import = await LeadImportTests.StageAsync(app, Rows);
        await app.ScalarAsync<long>("select merged from finish_lead_import($1, $2, 2000)", [import], Stop);
        var merging = app.ScalarAsync<long>("select merged from finish_lead_import($1, $2)", [import], Stop);
        await cluster.CrashAndRestartAsync(Stop);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => merging);
        await using var again = TenantDatabase.Open(cluster.ConnectionString, "lh_app", 1, 9);

        // Staging is unlogged: after a crash the server says that the rows must be sent again.
        Assert.Equal("LH004", await Workspaces.SqlStateOfAsync(again, "select merged from finish_lead_import($1, $2)", import));
        await LeadImport.CopyAsync(again, import, Enumerable.Range(1, Rows).Select(LeadImportTests.Row), Stop);
        await LeadImport.MergeAsync(again, import, 2, Stop);

        Assert.Equal(Rows, await ScalarAsync(admin, "select count(*) from leads"));
        Assert.Equal(Rows, await ScalarAsync(admin, "select count(distinct email) from leads"));
        Assert.Equal(1, await ScalarAsync(admin, "select count(*) from lead_imports where status = 'finished'"));
    }

    private static async Task SendThroughACrashAsync(NativeCluster cluster, NpgsqlDataSource admin)
    {
        await using var app = TenantDatabase.Open(cluster.ConnectionString, "lh_app", 1, 8);
        var campaign = await CampaignDispatch.CreateAsync(app, "test", Stop);
        var scheduled = await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends($2, $1)", [campaign], Stop);
        var ids = await app.ScalarAsync<long[]>("select array_agg(id) from claim_email_sends($1, $2, 'first', 5000)", [campaign], Stop);
        await app.ScalarAsync<long>("select mark_email_sends_sent($1, $2, $3, 'p-')", [campaign, ids], Stop);
        await app.ScalarAsync<long[]>("select array_agg(id) from claim_email_sends($1, $2, 'lost', 3000)", [campaign], Stop);
        await cluster.CrashAndRestartAsync(Stop);
        await using var again = TenantDatabase.Open(cluster.ConnectionString, "lh_app", 1, 7);

        Assert.Equal(0, await again.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends($2, $1)", [campaign], Stop));
        Assert.Equal(3_000, await ScalarAsync(admin, "select reap_stale_claims(interval '0')"));
        Assert.Equal(Rows - 5_000, await CampaignDispatch.SendAsync(again, campaign, 4, Stop));

        Assert.Equal(Rows, scheduled);
        Assert.Equal(Rows, await ScalarAsync(admin, "select count(distinct lead_id) from email_sends where status = 'sent'"));
        Assert.Equal(Rows, await ScalarAsync(admin, "select count(*) from email_sends"));
        Assert.True(await again.ScalarAsync<bool>("select complete_campaign($1, $2)", [campaign], Stop));
    }

    private static async Task<long> ScalarAsync(NpgsqlDataSource admin, string sql)
    {
        await using var command = admin.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Stop))!;
    }
}
