using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;

namespace LoadHarness.IntegrationTests.Security;

/// <summary>A user who leaves one workspace while another takes them in: both succeed, and nobody else's transaction fails.</summary>
public sealed class MemberRaceTests(PostgresCluster cluster)
{
    private const string Add = "select add_member($1, 'joe@own.io', 'Joe')";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("select remove_member($1, {0})::int::bigint", false)]
    [InlineData("select deleted from delete_workspace($1)", true)]
    public async Task A_user_whom_another_workspace_takes_in_meanwhile_stays(string leave, bool again)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var user = await app.ScalarAsync<long>(Add, [], Stop);
        leave = string.Format(leave, user);
        Task<long> leaving;
        await using (var session = await OpenTransaction.BeginAsync(app.In(Workspaces.Foreign), Stop))
        {
            await session.ActAsync("select add_member(2, 'joe@own.io', 'Joe')");
            await session.ActAsync("select set_config('app.workspace_id', '1', true)");
            await session.ActAsync("select accept_invitation(1, $1, 2)", user);
            leaving = app.ScalarAsync<long>(leave, [], Stop);
            await OpenTransaction.UntilOneWaitsAsync(database, leaving);
            await session.CommitAsync();
        }

        await leaving;
        if (again) await app.ScalarAsync<long>(leave, [], Stop);
        Assert.Equal("2 joe@own.io", await database.Owner.AskAsync<string>(
            "select string_agg(m.workspace_id || ' ' || u.email, ',') from workspace_members m join users u on u.id = m.user_id"));
    }

    [Theory]
    [InlineData("select remove_member($1, {0})::int::bigint", false)]
    [InlineData("select deleted from delete_workspace($1)", true)]
    public async Task A_user_whom_another_workspace_only_invites_meanwhile_goes(string leave, bool again)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        leave = string.Format(leave, await app.ScalarAsync<long>(Add, [], Stop));
        Task<long> leaving;
        await using (var session = await OpenTransaction.BeginAsync(app.In(Workspaces.Foreign), Stop))
        {
            await session.ActAsync("select add_member(2, 'joe@own.io', 'Joe')");
            leaving = app.ScalarAsync<long>(leave, [], Stop);
            await OpenTransaction.UntilOneWaitsAsync(database, leaving);
            await session.CommitAsync();
        }

        await leaving;
        if (again) await app.ScalarAsync<long>(leave, [], Stop);
        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from users"));
        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from workspace_members"));
    }

    [Fact]
    public async Task A_user_who_is_being_deleted_is_made_anew_for_the_workspace_that_takes_them_in()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var user = await app.ScalarAsync<long>(Add, [], Stop);
        Task<long> adding;
        await using (var session = await OpenTransaction.BeginAsync(app, Stop))
        {
            await session.ActAsync("select remove_member(1, $1)", user);
            adding = app.In(Workspaces.Foreign).ScalarAsync<long>(Add, [], Stop);
            await OpenTransaction.UntilOneWaitsAsync(database, adding);
            await session.CommitAsync();
        }

        Assert.Equal(await adding, await database.Owner.AskAsync<long>("select user_id from workspace_members where workspace_id = 2"));
    }
}
