using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Migration;

namespace LoadHarness.IntegrationTests.Migration;

/// <summary>While a table is copied, the mirror brings what the application writes, beside batches that bring the same rows.</summary>
public sealed class MirrorTests(PostgresCluster cluster)
{
    // The first index of the copy stops the mirror's row, whose n is 1, between the look for a conflict and the keys.
    private const string Tables =
        """
        create function stop(n int) returns int language plpgsql immutable as $$
        begin
            if n = 1 then
                perform pg_advisory_lock_shared(4711);
                perform pg_advisory_unlock_shared(4711);
            end if;
            return n;
        end
        $$;
        create schema next;
        create table items (workspace_id bigint, id bigint primary key, created_at timestamptz, n int);
        insert into items values (1, 1, now(), 0);
        create table next.items (workspace_id bigint, id bigint, created_at timestamptz, n int);
        create index on next.items (stop(n));
        alter table next.items add primary key (workspace_id, id, created_at), add unique (id, workspace_id);
        call loadharness.start_mirror('public.items', 'next.items', 'workspace_id, id, created_at');
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_row_that_a_batch_brings_at_the_same_time_fails_no_statement_of_the_application()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(Tables, Stop);
        await using var batch = await database.Owner.OpenConnectionAsync(Stop);
        await batch.ExecuteAsync("select pg_advisory_lock(4711)", Stop);

        var application = database.Owner.ExecuteAsync("update items set n = 1", Stop);
        while (!await batch.ScalarAsync<bool>("select exists (select from pg_locks where locktype = 'advisory' and not granted "
            + "and database = (select oid from pg_database where datname = current_database()))", Stop))
            await Task.Delay(10, Stop);
        await batch.ExecuteAsync("insert into next.items select * from items", Stop);
        await batch.ExecuteAsync("select pg_advisory_unlock(4711)", Stop);
        await application;

        Assert.Equal(1, await database.Owner.ScalarAsync<int>("select n from next.items", Stop));
    }

    [Fact]
    public async Task A_database_that_was_migrated_before_there_were_these_steps_gets_them_and_keeps_its_rights()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        const string rights = "select prosecdef || ' ' || proacl::text from pg_proc where oid = 'loadharness.mirror()'::regprocedure";
        var before = await database.Owner.ScalarAsync<string>(rights, Stop);
        await database.Owner.ExecuteAsync("delete from loadharness.journal where step like '04_mirror_again/%'", Stop);

        await new Migrator(database.Owner).UpAsync(SilentProgress.Instance, Stop);

        Assert.StartsWith("false", before, StringComparison.Ordinal);
        Assert.Equal(before, await database.Owner.ScalarAsync<string>(rights, Stop));
        Assert.All(
            (await new Migrator(database.Owner).StatusAsync(Stop)).Migrations, line => Assert.Equal(MigrationState.Applied, line.State));
    }
}
