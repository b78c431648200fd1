using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using Npgsql;

namespace LoadHarness.IntegrationTests.Sends;

public sealed class CampaignStopTests(PostgresCluster cluster)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_campaign_is_paused_and_cancelled_while_recipients_are_added_and_waits_for_none_of_them()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 4_000);
        await database.Owner.ExecuteAsync("insert into campaigns (id, workspace_id, name, subject) values (5, 1, 'c', 's')");
        // In the middle of its work the scheduling waits until the test lets it go on: whatever waits for it waits for ever.
        await database.Owner.ExecuteAsync(
            """
            create sequence added;
            grant usage on added to public;
            create function hold() returns trigger language plpgsql as $$
            begin
                if nextval('public.added') = 1500 then perform pg_advisory_xact_lock(4711); end if;
                return new;
            end $$;
            create trigger hold before insert on email_sends for each row execute function hold()
            """);
        await using var holder = await database.Owner.OpenConnectionAsync(Stop);
        await using var held = await holder.BeginTransactionAsync(Stop);
        await using (var hold = new NpgsqlCommand("select pg_advisory_xact_lock(4711)", holder)) await hold.ExecuteNonQueryAsync(Stop);
        var scheduling = app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends(5, $1)", [], Stop);
        await OpenTransaction.UntilOneWaitsAsync(database, scheduling);

        foreach (var stop in (string[])["pause_campaign", "cancel_campaign"])
            await app.ScalarAsync<string>($"select {stop}($1, 5) from set_config('lock_timeout', '60s', true)", [], Stop);

        Assert.False(scheduling.IsCompleted, "the scheduling was not held");
        await held.RollbackAsync(Stop);
        Assert.Equal("LH007", (await Assert.ThrowsAsync<PostgresException>(() => scheduling)).SqlState);
        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from email_sends"));
    }
}
