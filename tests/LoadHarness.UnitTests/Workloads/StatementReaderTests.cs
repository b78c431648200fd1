using LoadHarness.Workloads.Sql;

namespace LoadHarness.UnitTests.Workloads;

public sealed class StatementReaderTests
{
    [Theory]
    [InlineData("select :a", "select $1", "a")]
    [InlineData("select :a, @b, :a", "select $1, $2, $1", "a b")]
    [InlineData("select ':a', \":a\", $$:a$$, $t$ ; :a $t$", "select ':a', \":a\", $$:a$$, $t$ ; :a $t$", "")]
    [InlineData("select 'it''s :a' || :b", "select 'it''s :a' || $1", "b")]
    [InlineData("select e'\\':a' || :b", "select e'\\':a' || $1", "b")]
    [InlineData("select 'back\\' || :b", "select 'back\\' || $1", "b")]
    [InlineData("select :a::int, '1'::text", "select $1::int, '1'::text", "a")]
    [InlineData("select x::numeric(5,2)", "select x::numeric(5,2)", "")]
    [InlineData("select arr[1:n], arr[f(1):n], arr[1: :n]", "select arr[1:n], arr[f(1):n], arr[1: $1]", "n")]
    [InlineData("select a @> :b, c <@ d, e @@ f, g@b", "select a @> $1, c <@ d, e @@ f, g@b", "b")]
    [InlineData("select tags@>array[:t]", "select tags@>array[$1]", "t")]
    [InlineData("select f(a := 1, b => :c)", "select f(a := 1, b => $1)", "c")]
    [InlineData("select :customer.id, t.a", "select $1, t.a", "customer.id")]
    [InlineData("select -- :a\n :b /* :c /* :d */ ; */", "select  \n $1", "b")]
    [InlineData("select '12:30'::time, interval ':x'", "select '12:30'::time, interval ':x'", "")]
    [InlineData("select a$b$c, :d from x$y", "select a$b$c, $1 from x$y", "d")]
    [InlineData("select U&'\\0041:a' || :b", "select U&'\\0041:a' || $1", "b")]
    [InlineData("/*+ SeqScan(t) */ select :a from t", "/*+ SeqScan(t) */ select $1 from t", "a")]
    [InlineData("/* why */ select /*+ Set(a :b) */ :a", "select /*+ Set(a :b) */ $1", "a")]
    public void Parameters_become_numbers_and_nothing_else_changes(string sql, string sent, string names)
    {
        var reader = new StatementReader(sql, allowParameters: true);
        var statement = Assert.Single(reader.Read(1));

        Assert.Empty(reader.Faults);
        Assert.Equal(sent, statement.Text);
        Assert.Equal(names, string.Join(' ', statement.Parameters));
    }

    [Theory]
    [InlineData("/*+ SeqScan(t) */ select :a from t", "select")]
    [InlineData("/*+ SeqScan(t) */ -- why\n/*+ Set(a b) */\n  Insert into t values (:a)", "insert")]
    [InlineData("/*+ SeqScan(t) */ (select :a)", "")]
    public void A_hint_hides_not_what_a_statement_is(string sql, string verb)
    {
        var statement = Assert.Single(new StatementReader(sql, allowParameters: true).Read(1));

        Assert.StartsWith("/*+ SeqScan(t) */", statement.Text, StringComparison.Ordinal);
        Assert.Equal(verb, statement.Verb);
        Assert.Equal(verb.Length == 0, statement.IsInBrackets);
    }

    [Fact]
    public void A_hint_without_a_statement_is_none()
    {
        var reader = new StatementReader("select 1; /*+ SeqScan(t) */ ; /*+ SeqScan(t) */\n", allowParameters: true);

        var statement = Assert.Single(reader.Read(1));

        Assert.Equal("select 1", statement.Text);
    }

    [Fact]
    public void Statements_end_at_semicolons_outside_of_texts_comments_and_function_bodies()
    {
        var reader = new StatementReader(
            """
            create function f() returns int language sql begin atomic select case when true then 1 end; select 2; end;
            do $$ begin perform 1; end $$;
            select ';' -- ;
            ;;
            select 2
            """, allowParameters: false);

        var statements = reader.Read(10);

        Assert.Equal([10, 11, 12, 14], statements.Select(statement => statement.Line));
        Assert.Equal("select 2", statements[^1].Text);
    }

    [Fact]
    public void A_position_that_the_server_tells_becomes_a_line_of_the_file()
    {
        var reader = new StatementReader("\n\nselect a\n  -- why\n  , bad\nfrom t", allowParameters: true);
        var statement = Assert.Single(reader.Read(5));

        Assert.Equal(7, statement.Line);
        Assert.Equal(9, statement.LineOf(statement.Text.IndexOf("bad", StringComparison.Ordinal) + 1));
        Assert.Equal(7, statement.LineOf(0));
    }

    [Theory]
    [InlineData("select a from t\nwhere id in (:ids /*, ... */) and b = :b")]
    [InlineData("select a from t\nwhere id = any (array[:ids /*, ... */])")]
    public void A_list_whose_values_the_server_left_out_is_no_list_of_one(string sql)
    {
        var reader = new StatementReader(sql, allowParameters: true);
        reader.Read(1);

        var fault = Assert.Single(reader.Faults);
        Assert.Equal("line 2", fault.Field);
        Assert.Contains("stands for the other values of a list", fault.Wrong, StringComparison.Ordinal);
        Assert.Contains("= any (:name)", fault.Allowed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("select 'x")]
    [InlineData("select \"x")]
    [InlineData("select /* x /* */")]
    [InlineData("select $x$ x")]
    public void What_does_not_end_is_a_fault(string sql)
    {
        var reader = new StatementReader(sql, allowParameters: true);
        reader.Read(1);

        Assert.Contains("does not end", Assert.Single(reader.Faults).Wrong, StringComparison.Ordinal);
    }
}
