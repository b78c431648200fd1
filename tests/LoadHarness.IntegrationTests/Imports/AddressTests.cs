using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Migration;
using LoadHarness.Postgres.Workload;
using Npgsql;

namespace LoadHarness.IntegrationTests.Imports;

/// <summary>One form for an address, for imports, direct inserts and the program alike.</summary>
public sealed class AddressTests(PostgresCluster cluster)
{
    private static readonly (string Normal, string[] Spellings)[] Same =
    [
        ("joe@x.example", ["joe@x.example", " JOE@X.example. ", "\ufeffjoe@x.example", "joe@x.example\u200b", "joe@x.example\u00a0",
            "jo\u00ade@x.example", "joe@x.example\u0085",
            "joe\u0001@x.example", "joe@x.example\t\r\n", "j\u202eoe@x.example", "joe@\uff58.example", "joe@x\u3002example",
                "\u3000joe@x.example", "j\u2060o\u200de@x.example", "joe@x.example\ufe0f"]),
        ("josé@x.io", ["josé@x.io", "JOSÉ@x.io", "jose\u0301@x.io", "JOSE\u0301@X.IO"]),
        ("kim@x.io", ["kim@x.io", "\u212aim@x.io"]),
        ("a@xn--mnchen-3ya.de", ["a@münchen.de", "A@MÜNCHEN.DE", "a@mu\u0308nchen.de", "a@xn--mnchen-3ya.de", "a@XN--MNCHEN-3YA.de"]),
        ("x@xn--r8jz45g.xn--zckzah", ["x@例え.テスト", "x@例え\uff0eテスト"]),
        ("x@xn--e1afmkfd.xn--80akhbyknj4f", ["x@пример.испытание", "x@ПРИМЕР.ИСПЫТАНИЕ"]),
        ("x@xn--fa-hia.de", ["x@faß.de"]),
        ("o'neil+tag_1@a-b.co.uk", ["o'neil+tag_1@a-b.co.uk"]),
    ];

    private static readonly string[] None =
    [
        "", " ", "@", "a@", "@b.io", "a@b", "a b@x.io", "a@b@x.io", ".a@x.io", "a.@x.io", "a..b@x.io", "a@x..io", "a@.x.io", "a@-x.io",
            "a@x-.io", "a@-x-.", "a@[1.2.3.4]", "a@1.2.3.4",
        "a\"b@x.io", "a,b@x.io", "a(b)@x.io", "<a@x.io>", "a\\b@x.io", "a@x_y.io", "a\u00a0b@x.io", "a\u0085b@x.io", "a\ufffdb@x.io",
            new string('a', 65) + "@x.io", new string('é', 33) + "@x.io",
        "a@" + new string('b', 64) + ".io", "a@" + string.Join('.', Enumerable.Repeat(new string('b', 50), 5)) + ".io",
            new string('x', 2_000) + "@x.io",
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_spelling_of_an_address_is_one_lead_and_what_is_none_is_refused_with_its_reason()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var file = Same.SelectMany(same => same.Spellings).Concat(None).Select((email, index) => LeadImportTests.Row(index) with
        {
            Email = email,
        }).ToArray();

        foreach (var sessions in (int[])[1, 4])
        {
            var outcome = await LeadImport.RunAsync(app, "test", file, sessions, (_, work) => work(), Stop);
            Assert.Equal((file.Length - None.Length, None.Length), (outcome.Imported + outcome.Updated, outcome.Rejected));
            Assert.Equal(Same.Select(same => same.Normal).Order(StringComparer.Ordinal),
                (await database.Owner.ListAsync("select email from leads")).Order(StringComparer.Ordinal));
        }

        Assert.Empty(await database.Owner.ListAsync("select email from lead_import_rejects where reason not like '%the e-mail%'"));
    }

    [Fact]
    public async Task The_constraint_takes_what_the_normal_form_is_and_nothing_else()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        const string insert = "with one as (insert into leads (workspace_id, email) values ($1, $2) returning email) select email from one";
        foreach (var (normal, spellings) in Same)
        {
            foreach (var other in spellings.Where(spelling => spelling != normal))
                Assert.Equal("23514", await Workspaces.SqlStateOfAsync(app, insert, other));
            Assert.Equal(normal, await app.ScalarAsync<string>(insert, [normal], Stop));
        }

        foreach (var none in None) Assert.Equal("23514", await Workspaces.SqlStateOfAsync(app, insert, none));
    }

    [Fact]
    public async Task All_spellings_of_an_address_are_dealt_to_one_share_of_a_file()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        await using var app = await Workspaces.OpenAppAsync(database);
        ImportRow[] file = [.. Same.SelectMany(same => same.Spellings).Select((email, index) => LeadImportTests.Row(index) with
        {
            Email = email,
        })];
        var shareOf = new Dictionary<string, int>();
        for (var share = 0; share < 16; share++)
        {
            foreach (var (_, row) in await LeadImport.RowsOfAsync(app, file, share, 16, Stop)) shareOf[row.Email] = share;
        }

        Assert.All(Same, same => Assert.Single(same.Spellings.Select(spelling => shareOf[spelling]).Distinct()));
        Assert.True(shareOf.Values.Distinct().Count() > 3);
    }

    [Fact]
    public async Task A_database_that_knows_no_lower_case_of_other_letters_gives_the_same_answers()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await database.Owner.ExecuteAsync("create database lc_ctype_c template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'");
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Database = "lc_ctype_c", Pooling = false };
        try
        {
            await using var other = NpgsqlDataSource.Create(settings.ConnectionString);
            var migrator = new Migrator(other);
            await migrator.ApplyBaseAsync(Stop);
            await migrator.UpAsync(SilentProgress.Instance, Stop);
            foreach (var (normal, spellings) in Same)
                Assert.All(await other.AskAsync<string[]>("select array_agg(address_of(e)) from unnest($1::text[]) e", [spellings]),
                    answer => Assert.Equal(normal, answer));
        }
        finally
        {
            await database.Owner.ExecuteAsync("drop database lc_ctype_c with (force)");
        }
    }

    [Fact]
    public async Task Rows_that_break_the_rules_are_named_before_anything_changes_and_the_hint_mends_them()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await database.Owner.ExecuteAsync(
            """
            insert into workspaces (id, name) values (1, 'own');
            insert into leads (workspace_id, email, source) values (1, 'a@münchen.de', 'web'), (1, 'b@x.io', repeat('s', 200))
            """);
        var migrator = new Migrator(database.Owner);
        await migrator.ApplyBaseAsync(Stop);

        var address = await Assert.ThrowsAsync<Core.HarnessException>(() => migrator.UpAsync(SilentProgress.Instance, Stop));
        Assert.Contains("1 leads have an address that is not in its normal form: 1 in workspace 1", address.Message,
            StringComparison.Ordinal);
        await database.Owner.ExecuteAsync(
            """
            update leads
            set email = normalised_address(email)
            where not address_is_normal(email) and address_is_normal(normalised_address(email))
            """);
        var value = await Assert.ThrowsAsync<Core.HarnessException>(() => migrator.UpAsync(SilentProgress.Instance, Stop));
        Assert.Contains("1 leads have a value beyond its limit: 2 in workspace 1", value.Message, StringComparison.Ordinal);
        await database.Owner.ExecuteAsync("update leads set source = left(source, 100)");

        await migrator.UpAsync(SilentProgress.Instance, Stop);
        Assert.Equal(["a@xn--mnchen-3ya.de", "b@x.io"], await database.Owner.ListAsync("select email from leads order by email"));
    }
}
