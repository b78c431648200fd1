using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.IntegrationTests.Security;

/// <summary>
/// A user of one workspace whom another one adds: until the user accepts, the other learns nothing and the first loses no right.
/// </summary>
public sealed class InvitationTests(PostgresCluster cluster)
{
    private const string Users =
        """
        select coalesce(string_agg(concat_ws(' ', email, coalesce(name, '-'), role), ',' order by id), '')
        from workspace_users()
        where $1 > 0
        """;

    private const string Invite = "select add_member($1, 'joe@own.io', 'Jim', 'admin')";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_member_of_another_workspace_is_invited_without_the_name_until_the_user_accepts()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var own = await Workspaces.OpenAppAsync(database);
        await using var foreign = own.In(Workspaces.Foreign);
        var user = await JoinAsync(own);

        Assert.Equal(user, await foreign.ScalarAsync<long>(Invite, [], Stop));
        Assert.Equal("joe@own.io - invited admin", await UsersAsync(foreign));
        Assert.True(await foreign.ScalarAsync<bool>("select change_member_role($1, $2, 'member')", [user], Stop));
        Assert.False(await foreign.ScalarAsync<bool>("select change_user($1, $2, 'Jim', 'jim@own.io')", [user], Stop));
        // Nobody accepts for a user whom they have invited themselves.
        Assert.False(await foreign.ScalarAsync<bool>("select accept_invitation($1, $2, 2)", [user], Stop));
        Assert.Equal("joe@own.io - invited member", await UsersAsync(foreign));

        Assert.True(await own.ScalarAsync<bool>("select accept_invitation($1, $2, 2)", [user], Stop));
        Assert.False(await own.ScalarAsync<bool>("select accept_invitation($1, $2, 2)", [user], Stop));
        Assert.Equal("joe@own.io Joe member", await UsersAsync(foreign));
        // A user of both is nobody's to rename.
        Assert.False(await own.ScalarAsync<bool>("select change_user($1, $2, 'Jo', 'jo@own.io')", [user], Stop));
    }

    [Fact]
    public async Task An_invitation_keeps_nobody_from_changing_or_removing_the_user_and_ends_with_the_address()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var own = await Workspaces.OpenAppAsync(database);
        await using var foreign = own.In(Workspaces.Foreign);
        var user = await JoinAsync(own);
        await foreign.ScalarAsync<long>(Invite, [], Stop);

        Assert.True(await own.ScalarAsync<bool>("select change_user($1, $2, 'Jo', 'joe@own.io')", [user], Stop));
        Assert.Equal("joe@own.io - invited admin", await UsersAsync(foreign));
        Assert.True(await own.ScalarAsync<bool>("select change_user($1, $2, 'Jo', 'new@own.io')", [user], Stop));
        Assert.Equal("", await UsersAsync(foreign));

        Assert.Equal(user, await foreign.ScalarAsync<long>("select add_member($1, 'new@own.io', 'Jim')", [], Stop));
        Assert.True(await own.ScalarAsync<bool>("select remove_member($1, $2)", [user], Stop));
        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from users"));
    }

    [Fact]
    public async Task Nobody_outside_makes_a_user_of_others_the_owner_of_a_workspace()
    {
        const string create = "select create_workspace('New', 'joe@own.io', 'Jim') where $1 > 0";
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var own = await Workspaces.OpenAppAsync(database);
        await database.Owner.ExecuteAsync("select setval(pg_get_serial_sequence('workspaces', 'id'), 100)");
        await using var foreign = own.In(Workspaces.Foreign);
        await JoinAsync(own);

        Assert.Equal("LH004", await Workspaces.SqlStateOfAsync(foreign, create));
        await foreign.ScalarAsync<long>(Invite, [], Stop);
        Assert.Equal("LH004", await Workspaces.SqlStateOfAsync(foreign, create));
        Assert.True(await own.ScalarAsync<long>(create, [], Stop) > 100);
    }

    private static Task<long> JoinAsync(TenantDatabase own) =>
        own.ScalarAsync<long>("select add_member($1, 'joe@own.io', 'Joe')", [], Stop);

    private static Task<string?> UsersAsync(TenantDatabase app) => app.ScalarAsync<string>(Users, [], Stop);
}
