using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Migration;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Migration;
using Npgsql;

namespace LoadHarness.IntegrationTests.Infrastructure;

/// <summary>Fills the template databases that tests are copied from.</summary>
internal static class SchemaTemplates
{
    // Enough rows of the one tenant that scanning them all is never the cheaper plan.
    private const string ManyLeads =
        """
        insert into leads (workspace_id, email, name, tags, custom_fields, created_at)
        select 1, 'more' || i || '@example.org', 'More ' || i, array['t' || i % 500], jsonb_build_object('score', 1000 + i),
               now() - make_interval(mins => i)
        from generate_series(1, 30000) i
        """;

    /// <summary>Brings an empty database to a state.</summary>
    public static async Task BuildAsync(NpgsqlDataSource admin, SchemaState state)
    {
        for (var next = SchemaState.Base; next <= state; next++) await AdvanceAsync(admin, next);
    }

    /// <summary>Brings a database of the state before to this one.</summary>
    public static async Task AdvanceAsync(NpgsqlDataSource admin, SchemaState state)
    {
        switch (state)
        {
            case SchemaState.Base:
                await new Migrator(admin).ApplyBaseAsync(CancellationToken.None);
                break;
            case SchemaState.Optimized:
                await new Migrator(admin).UpAsync(SilentProgress.Instance, CancellationToken.None);
                break;
            case SchemaState.Filled:
                await SampleRows.InsertAsync(admin);
                await admin.ExecuteAsync(ManyLeads);
                await admin.ExecuteAsync("vacuum analyze leads");
                break;
        }
    }
}
