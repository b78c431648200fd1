using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using Npgsql;

namespace LoadHarness.IntegrationTests.Security;

/// <content>Tables of the team's own, of a role that is neither lh_owner nor one of its members.</content>
public sealed partial class ErasureTests
{
    private const string Grant = "grant select, update, delete on notes to lh_owner";

    [Theory]
    [InlineData("select export_lead(1, (select id from leads where workspace_id = 1 and email = 'ann@x.io'))::text")]
    [InlineData("select erase_lead(1, (select id from leads where workspace_id = 1 and email = 'ann@x.io'))::text")]
    [InlineData("select erase_address(1, 'nobody@x.io')::text")]
    [InlineData("select deleted::text from delete_workspace(1)")]
    public async Task A_table_of_the_teams_own_without_rights_for_the_owner_is_refused_with_the_grant(string call)
    {
        await using var database = await WithNotesAsync();
        var before = await HoldersAsync(database);

        var fault = await Assert.ThrowsAsync<PostgresException>(() => database.As("lh_app").AskInAsync<string>(1, call));

        Assert.Equal("LH011", fault.SqlState);
        Assert.Contains("notes", fault.MessageText, StringComparison.Ordinal);
        Assert.Contains(Grant, fault.Hint, StringComparison.Ordinal);
        Assert.Equal(before, await HoldersAsync(database));
    }

    [Fact]
    public async Task A_table_of_the_teams_own_is_told_and_emptied_and_one_with_ids_of_another_type_is_left_alone()
    {
        await using var database = await WithNotesAsync();
        await database.Owner.ExecuteAsync(Grant);
        var app = database.As("lh_app");
        const string ann = "(select id from leads where workspace_id = 1 and email = 'ann@x.io')";
        Assert.Contains("called ann", await app.AskInAsync<string>(1, $"select export_lead(1, {ann})::text"), StringComparison.Ordinal);

        var told = await app.AskInAsync<string>(1, $"select erase_lead(1, {ann})::text");

        Assert.Contains("\"notes\": 1", told, StringComparison.Ordinal);
        Assert.Empty(await HoldersAsync(database));
        // Another lead's row to her address stays, without it.
        Assert.Equal(["ben@x.io told [erased]"], await database.Owner.ListAsync("select email || ' ' || metadata from notes"));

        for (var done = false; !done;) done = await app.AskInAsync<bool>(1, "select done from delete_workspace(1)");
        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from notes"));
        Assert.Equal(2, await database.Owner.AskAsync<long>("select (select count(*) from pins) + (select count(*) from labels)"));
    }

    private async Task<TestDatabase> WithNotesAsync()
    {
        var database = await FilledAsync();
        await database.Owner.ExecuteAsync(
            """
            do $$ begin create role team nologin; exception when duplicate_object or unique_violation then null; end $$;
            create table notes (workspace_id int not null, lead_id int not null, email varchar(254), metadata text);
            insert into notes select 1, id, email, 'called ann' from leads where workspace_id = 1 and email = 'ann@x.io';
            insert into notes select 1, id, 'ann@x.io', 'told ann@x.io' from leads where workspace_id = 1 and email = 'ben@x.io';
            create table pins (workspace_id uuid not null, lead_id uuid not null);
            insert into pins values (gen_random_uuid(), gen_random_uuid());
            create table labels (workspace_id text not null, lead_id text not null);
            insert into labels values ('1', 'red');
            alter table notes owner to team;
            alter table pins owner to team;
            alter table labels owner to team;
            """);
        return database;
    }
}
