using LoadHarness.Core.Progress;
using LoadHarness.Postgres.Migration;
using Npgsql;

namespace LoadHarness.IntegrationTests.Infrastructure;

/// <summary>Fills the template databases that tests are copied from.</summary>
internal static class SchemaTemplates
{
    public static async Task BuildAsync(NpgsqlDataSource admin, SchemaState state)
    {
        if (state == SchemaState.Empty) return;
        var migrator = new Migrator(admin);
        await migrator.ApplyBaseAsync(CancellationToken.None);
        if (state == SchemaState.Optimized) await migrator.UpAsync(SilentProgress.Instance, CancellationToken.None);
    }
}
