using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres.Migration;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.IntegrationTests.Migration;

/// <summary>
/// DP-1: the server is ended as by a power cut in the middle of a migration and of its rollback, in a cluster of its own.
/// </summary>
public sealed class PowerCutMigrationTests
{
    // Each kind of step once: a catalog change, a concurrent build, a key, a mirror, a batched copy, a comparison, a swap, a drop.
    private static readonly string[] CutAt =
    [
        "01_roles_extensions/roles", "02_keys/leads_index", "02_keys/leads_key", "03_leads/search_index", "05_partitioned_tables/months",
        "05_partitioned_tables/copy_email_sends", "05_partitioned_tables/swap_email_sends", "07_security/secure_leads",
            "07_security/settle_partitions",
        "01_security/row_security_and_owners", "03_plain_tables/copy_lead_activities", "03_plain_tables/swap_lead_activities",
            "04_keys/leads_key",
        "05_leads_and_campaigns/drop_leads_email_hash_idx",
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cut_off_at_every_kind_of_step_a_migration_and_its_rollback_resume_with_every_row()
    {
        await using var cluster = await OwnServer.StartAsync();
        await using var admin = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(cluster.ConnectionString)
        {
            Pooling = false,
        }.ConnectionString);
        await new Migrator(admin).ApplyBaseAsync(Stop);
        await SampleRows.InsertAsync(admin);
        var columns = await SchemaDump.ColumnsAsync(admin, Stop);
        var rows = await SchemaDump.RowsAsync(admin, columns, Stop);
        var left = new HashSet<string>(CutAt);

        var cuts = await ThroughPowerCutsAsync(cluster, admin, left, migrator => migrator.UpAsync(SilentProgress.Instance, Stop));
        Assert.Equal(rows, await SchemaDump.RowsAsync(admin, columns, Stop));
        Assert.All((await new Migrator(admin).StatusAsync(Stop)).Migrations, line => Assert.Equal(MigrationState.Applied, line.State));

        cuts += await ThroughPowerCutsAsync(cluster, admin, left, migrator => migrator.DownAsync(SilentProgress.Instance, Stop));
        Assert.Equal(rows, await SchemaDump.RowsAsync(admin, columns, Stop));
        Assert.All((await new Migrator(admin).StatusAsync(Stop)).Migrations, line => Assert.Equal(MigrationState.Absent, line.State));
        Assert.Equal(CutAt.Length, cuts);
    }

    // The cut comes when the step's statements have run: what they did is lost where it was not committed, and kept where it was.
    private static async Task<int> ThroughPowerCutsAsync(
        NativeCluster cluster, NpgsqlDataSource admin, HashSet<string> left, Func<Migrator, Task> run)
    {
        for (var cuts = 0; ; cuts++)
        {
            var before = left.Count;
            var migrator = new Migrator(admin)
            {
                StepExecuted = step => Taken(left, step) ? cluster.CrashAndRestartAsync(Stop) : Task.CompletedTask,
            };
            try
            {
                await run(migrator);
                return cuts;
            }
            catch (Exception) when (left.Count < before)
            {
                // The next attempt gets beyond the cut.
            }
        }
    }

    // Two steps may end at once.
    private static bool Taken(HashSet<string> left, string step)
    {
        lock (left) return left.Remove(step);
    }
}
