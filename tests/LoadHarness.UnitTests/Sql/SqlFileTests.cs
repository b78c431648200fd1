using LoadHarness.Core;
using LoadHarness.Postgres;

namespace LoadHarness.UnitTests.Sql;

public sealed class SqlFileTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_entry_has_headers_and_statements_up_to_the_next_one()
    {
        var entries = Read(
            """
            -- A file's own words.

            -- id: A-1
            -- unit: rows
            -- Why it is so.
            create table t (n int);
            select ';' as semicolon,
                1
            from t;

            -- id: A-2
            select 2
            """);

        Assert.Equal(["A-1", "A-2"], entries.Select(entry => entry.Name));
        Assert.Equal("rows", entries[0].Headers["unit"]);
        Assert.Equal(["create table t (n int)", "select ';' as semicolon,\n    1\nfrom t"], entries[0].Statements);
        Assert.Equal(["select 2"], entries[1].Statements);
    }

    [Fact]
    public void Entries_that_differ_in_values_share_their_statements()
    {
        var entries = Read(
            """
            -- id: A-1; table=leads; at=0 2 * * *
            -- id: A-2; table=it's; at=never
            select :'table'::text, ':table' from :table where a::table = :other and at = :'at';
            """);

        Assert.Equal(["select 'leads'::text, ':table' from leads where a::table = :other and at = '0 2 * * *'"], entries[0].Statements);
        Assert.Equal("it's", entries[1].Values["table"]);
        Assert.StartsWith("select 'it''s'::text", entries[1].Statements[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_body_in_dollar_quotes_is_one_statement_and_another_file_is_read_in()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "other.txt"), "create table other ();\ncreate table more ();\n");
        var entry = Assert.Single(Read("-- id: A-1\ndo $$\nbegin\n    null;\nend $$;\n\\ir other.txt\nselect 1;\n"));

        Assert.Equal(["do $$\nbegin\n    null;\nend $$", "create table other ();\ncreate table more ();\n", "select 1"], entry.Statements);
    }

    [Theory]
    [InlineData("-- id: A-1\nselect 1;\n-- id: A-1\nselect 2;\n", "the name 'A-1' stands twice")]
    [InlineData("-- id: A-1\n-- only words\n", "'A-1' has no statement")]
    public void A_file_that_cannot_be_meant_is_refused(string text, string told)
    {
        File.WriteAllText(Path.Combine(_folder.Path, "a.sql"), text);
        var refused = Assert.Throws<HarnessException>(() => SqlFile.ReadFolder("id", _folder.Path));

        Assert.Contains(told, refused.Message, StringComparison.Ordinal);
    }

    private IReadOnlyList<SqlEntry> Read(string text)
    {
        var file = Path.Combine(_folder.Path, "a.sql");
        File.WriteAllText(file, text.ReplaceLineEndings("\n"));
        return SqlFile.Read("id", file);
    }
}
