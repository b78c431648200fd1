using System.Collections.Concurrent;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Imports;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Migration;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Postgres.Workload;
using Npgsql;

namespace LoadHarness.IntegrationTests.Sends;

/// <summary>
/// All processes of a server of the test's own are killed, as a power cut would, in the middle of ten imports and of a campaign with eight
/// workers.
/// </summary>
public sealed class PowerCutTests
{
    private const int Addresses = 20_000;
    private const int Imports = 10;
    private const int RowsAnImport = 6_000;
    private const int Sessions = 2;
    private const int Workers = 8;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Imports_and_a_campaign_that_a_power_cut_ended_go_on_and_end_with_exactly_the_right_rows()
    {
        await using var cluster = await OwnServer.StartAsync();
        await using var admin = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(cluster.ConnectionString)
        {
            Pooling = false,
        }.ConnectionString);
        var migrator = new Migrator(admin);
        await migrator.ApplyBaseAsync(Stop);
        await migrator.UpAsync(SilentProgress.Instance, Stop);
        await admin.ExecuteAsync("insert into workspaces (id, name) values (1, 'own')");

        await ImportThroughAPowerCutAsync(cluster, admin);
        await SendThroughAPowerCutAsync(cluster, admin);
    }

    private static async Task ImportThroughAPowerCutAsync(NativeCluster cluster, NpgsqlDataSource admin)
    {
        await using var app = TenantDatabase.Open(cluster.ConnectionString, "lh_app", 1, 40);
        var cut = new TaskCompletionSource();
        var running = Enumerable.Range(0, Imports)
            .Select(number => LeadImport.RunAsync(
                app, $"import-{number}", RowsOf(number), Sessions, (step, work) => StepAsync(number, step, work), Stop)).ToList();
        await CutPowerWhenAsync(cluster, admin, "select count(*) from leads", Addresses / 4);
        cut.SetException(new NpgsqlException("The application has no power either."));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => Task.WhenAll(running));
        Assert.InRange(await admin.AskAsync<long>("select count(*) from leads"), 1, Addresses - 1);

        await using var again = TenantDatabase.Open(cluster.ConnectionString, "lh_app", 1, 39);
        await Task.WhenAll(Enumerable.Range(0, Imports).Select(number => ResumeImportAsync(again, number)));

        Assert.Equal(Addresses, await admin.AskAsync<long>("select count(*) from leads"));
        Assert.Equal(Addresses, await admin.AskAsync<long>("select count(distinct email) from leads"));
        Assert.Equal(Imports * Sessions, await admin.AskAsync<long>("select count(*) from lead_imports where status = 'finished'"));
        Assert.Equal(0, await admin.AskAsync<long>("select deadlocks from pg_stat_database where datname = current_database()"));

        // The last addresses are in the last three imports alone, which wait: the power goes in the middle, however late.
        async Task StepAsync(int number, string step, Func<Task> work)
        {
            if (step == "merge" && number >= Imports - 3) await cut.Task;
            await work();
        }
    }

    private static IEnumerable<ImportRow> RowsOf(int import) =>
        Enumerable.Range(0, RowsAnImport).Select(row => LeadImportTests.Row(((import * 2_000) + row) % Addresses));

    /// <summary>
    /// As the application does: a file that never began is begun, and each share that is not finished gets its rows again.
    /// </summary>
    private static async Task ResumeImportAsync(TenantDatabase app, int number)
    {
        var shares = await app.ScalarAsync<long[]>(
            "select array_agg(id order by id) from lead_imports where workspace_id = $1 and source = $2", [$"import-{number}"], Stop);
        if (shares is null) await LeadImport.RunAsync(app, $"import-{number}", RowsOf(number), Sessions, (_, work) => work(), Stop);
        else await Task.WhenAll(shares.Select(
            async (import, share) => await ResumeShareAsync(
            app, import, await LeadImport.RowsOfAsync(app, RowsOf(number), share, shares.Length, Stop))));
    }

    private static async Task ResumeShareAsync(TenantDatabase app, long import, IEnumerable<(long Number, ImportRow Row)> rows)
    {
        if (await app.ScalarAsync<string>(
            "select status from lead_imports where workspace_id = $1 and id = $2", [import], Stop) == "finished") return;

        // Staging is unlogged: after a power cut the server says that the rows must be sent again.
        Assert.Equal("LH004", await Workspaces.SqlStateOfAsync(app, "select merged from finish_lead_import($1, $2)", import));
        await LeadImport.CopyAsync(app, [import], rows, Stop);
        await LeadImport.MergeAsync(app, import, Stop);
    }

    private static async Task SendThroughAPowerCutAsync(NativeCluster cluster, NpgsqlDataSource admin)
    {
        await using var app = TenantDatabase.Open(cluster.ConnectionString, "lh_app", 1, 20);
        var campaign = await CampaignDispatch.CreateAsync(app, "test", Stop);
        Assert.Equal(Addresses, await app.ScalarAsync<long>(
            "select total_scheduled from bulk_schedule_email_sends($2, $1)", [campaign], Stop));
        var confirmed = new ConcurrentDictionary<long, string>();
        var cut = new TaskCompletionSource();
        var working = Enumerable.Range(0, Workers)
            .Select(worker => SendAsync(app, campaign, $"before-{worker}", confirmed, cut.Task)).ToList();
        await CutPowerWhenAsync(cluster, admin, "select count(*) from email_sends where status = 'sent'", Addresses / 4);
        cut.SetException(new NpgsqlException("The application has no power either."));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => Task.WhenAll(working));
        Assert.InRange(confirmed.Count, 1, Addresses - 1);

        await using var again = TenantDatabase.Open(cluster.ConnectionString, "lh_app", 1, 19);
        Assert.Equal(0, await again.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends($2, $1)", [campaign], Stop));
        await admin.ExecuteAsync("update email_sends set claimed_at = claimed_at - interval '1 hour' where status = 'claimed'");
        await admin.AskAsync<long>("select reap_stale_claims(interval '10 minutes')");
        var before = confirmed.ToDictionary();
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => SendAsync(again, campaign, $"after-{worker}", confirmed)));

        Assert.Equal(Addresses, await admin.AskAsync<long>("select count(*) from email_sends"));
        Assert.Equal(Addresses, await admin.AskAsync<long>("select count(distinct lead_id) from email_sends where status = 'sent'"));
        Assert.Equal(before.Count, await admin.AskAsync<long>(
            """
            select count(*)
            from unnest($1, $2) as c (id, worker)
            join email_sends s on s.id = c.id and s.provider_id = c.worker || '-' || c.id
            """, before.Keys.ToArray(), before.Values.ToArray()));
        Assert.True(await again.ScalarAsync<bool>("select complete_campaign($1, $2)", [campaign], Stop));
        await admin.ExecuteAsync("select fold_campaign_metrics()");
        Assert.Equal(Addresses, await admin.AskAsync<long>("select sent_count from campaigns"));
    }

    /// <param name="confirmed">Gets each send that the server confirmed as sent, with its worker; no send twice.</param>
    /// <param name="cut">A worker waits for it once half is sent: the power goes in the middle, however late.</param>
    private static async Task SendAsync(
        TenantDatabase app, long campaign, string worker, ConcurrentDictionary<long, string> confirmed, Task? cut = null)
    {
        while (await app.ScalarAsync<long[]>(
            "select array_agg(id) from claim_email_sends($1, $2, $3, 100)", [campaign, worker], Stop) is { } ids)
        {
            Assert.Equal(ids.Length, await app.ScalarAsync<long>(
                "select mark_email_sends_sent($1, $2, $3, $4, $5)", [campaign, ids, $"{worker}-", worker], Stop));
            Assert.All(ids, id => Assert.True(confirmed.TryAdd(id, worker), $"send {id} was sent twice"));
            if (cut is not null && confirmed.Count > Addresses / 2) await cut;
        }
    }

    private static async Task CutPowerWhenAsync(NativeCluster cluster, NpgsqlDataSource admin, string progress, long reached)
    {
        while (await admin.AskAsync<long>(progress) < reached) await Task.Delay(10, Stop);
        await cluster.CrashAndRestartAsync(Stop);
    }
}
