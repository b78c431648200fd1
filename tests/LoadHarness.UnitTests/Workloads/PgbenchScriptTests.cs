using System.Text;
using LoadHarness.Core;
using LoadHarness.Workloads.Format;
using LoadHarness.Workloads.Initial;
using LoadHarness.Workloads.Sql;

namespace LoadHarness.UnitTests.Workloads;

public sealed class PgbenchScriptTests
{
    [Theory]
    [InlineData("tpcb-like", 5, true)]
    [InlineData("simple-update", 3, true)]
    [InlineData("select-only", 1, false)]
    public void A_builtin_becomes_named_statements(string builtin, int statements, bool isTransaction)
    {
        var script = PgbenchScript.Read("it", builtin, PgbenchBuiltin.Scripts[builtin], scale: 10);

        Assert.Equal(statements, script.Sql.Count(sign => sign == ';'));
        Assert.Equal(isTransaction, script.Sql.Contains("-- transaction", StringComparison.Ordinal));
        Assert.Equal("1000000", script.Parameters["aid"].To!.Value.Text);
        Assert.DoesNotContain("$", script.Sql, StringComparison.Ordinal);
    }

    [Fact]
    public void Draws_expressions_and_constants_become_parameters()
    {
        var script = PgbenchScript.Read("it", "s.sql",
            """
            \set half 1000 * :scale / 2
            \set a random_zipfian(1, :half, 1.5)
            \set b random_gaussian(1, 100, 2.5) \
                * 2 + :a
            \set c random_exponential(0, (10 + 5) * 2, 3)
            \set unused random(1, 2)
            SELECT :a::int, :b, :c, '12:30 :other :b_1 ::a', :half;
            """, scale: 4);

        Assert.Equal((ParameterKind.Zipf, 1.5), (script.Parameters["a"].Kind, script.Parameters["a"].Skew!.Value));
        Assert.Equal("2000", script.Parameters["a"].To!.Value.Text);
        Assert.Equal(":b_1 * 2 + :a", System.Text.RegularExpressions.Regex.Replace(script.Parameters["b"].Value!.Value.Text, @"\s+", " "));
        Assert.Equal(ParameterKind.Gaussian, script.Parameters["b_1"].Kind);
        Assert.Equal("30", script.Parameters["c"].To!.Value.Text);
        Assert.Equal("2000", script.Parameters["half"].Value!.Value.Text);
        Assert.DoesNotContain("unused", script.Parameters.Keys);
        Assert.Contains("SELECT :a::int, :b, :c, '12:30 :other :b_1 ::a', :half;", script.Sql, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BEGIN; select 1; END;", "-- transaction\n")]
    [InlineData("begin work; select 1; commit work;", "-- transaction\n")]
    [InlineData("BEGIN TRANSACTION; select 1; END TRANSACTION;", "-- transaction\n")]
    [InlineData("BEGIN ISOLATION LEVEL SERIALIZABLE; select 1; END;", "-- transaction: serializable\n")]
    [InlineData("begin transaction isolation\n  level repeatable read; select 1; END;", "-- transaction: repeatable read\n")]
    [InlineData("begin work isolation level read committed; select 1; END;", "-- transaction: read committed\n")]
    [InlineData("BEGIN READ ONLY; select 1; COMMIT;", "-- transaction: read only\n")]
    public void A_transaction_keeps_its_kind(string text, string mark)
    {
        var sql = PgbenchScript.Read("it", "s.sql", text, scale: null).Sql;

        Assert.Equal($"-- name: it\n{mark}select 1;\n", sql);
        Assert.Empty(StatementFile.Read(Encoding.UTF8.GetBytes(sql), "s.sql").Faults);
    }

    [Theory]
    [InlineData("\\if :a > 1\nselect 1;\n\\endif", "line 1: \\if has no counterpart")]
    [InlineData("select 1;\n\\sleep 5 ms", "line 2: \\sleep has no counterpart")]
    [InlineData("select 1 \\gset", "gset")]
    [InlineData("\\set a random(1, :b)\nselect :a;", ":b is not set")]
    [InlineData("\\set b random(1, 5)\n\\set a random(1, :b)\nselect :a;", "line 2: the bound ':b' differs")]
    [InlineData("\\set a hash(5)\nselect :a;", "line 1: the function hash")]
    [InlineData("\\set a random(1)\nselect :a;", "line 1: random has 1 arguments")]
    [InlineData("\\set a random_zipfian(1, 5, x)\nselect :a;", "no positive number")]
    [InlineData("\\set a 1\n\\set a 2\nselect :a;", "line 2: \\set a stands twice")]
    [InlineData("\\set a 5 / 0\nselect :a;", "line 1: '5 / 0'")]
    [InlineData("\\set a 1.5\nselect :a;", "line 1")]
    [InlineData("\\set\nselect 1;", "line 1: \\set needs a name")]
    [InlineData("select :client_id;", ":client_id is not set")]
    [InlineData("select :scale;", "give --scale")]
    [InlineData("\nBEGIN ISOLATION LEVEL SERIALIZABLE, READ ONLY;\nselect 1;\nEND;",
        "line 2: 'BEGIN ISOLATION LEVEL SERIALIZABLE, READ ONLY'")]
    [InlineData("\\set a random(1, \\\n  5)\nBEGIN DEFERRABLE;\nselect :a;\nEND;", "line 3: 'BEGIN DEFERRABLE'")]
    [InlineData("begin;\nselect 1;\ncommit and chain;", "line 3: 'commit and chain'")]
    [InlineData("begin;\nselect 1;\nEND WORK AND CHAIN;", "line 3: 'end and chain'")]
    [InlineData("\\set uid random(1, 5)\nselect 1\nfrom t where login = 'user_:uid';",
        "line 3: ':uid' stands in a text: write 'user_' || :uid.")]
    [InlineData("\\set a 5\nselect ':a';", "line 2: ':a' stands in a text: write :a.")]
    [InlineData("\\set a 5\nselect '12:30 '':a'' x';", "write '12:30 ''' || :a || ''' x'.")]
    [InlineData("\\set a 5\nselect ':other :a';", "':a' stands in a text: write ':other ' || :a.")]
    [InlineData("select 'of :scale';", "':scale' stands in a text")]
    [InlineData("select 'by :client_id';", "':client_id' stands in a text")]
    [InlineData("\\set a 5\nselect * from \"t_:a\";", "line 2: ':a' stands in a name in double quotes")]
    [InlineData("\\set a 5\nselect $$\n:a$$, $x$:a$x$;", "line 3: ':a' stands in a text in dollar quotes")]
    [InlineData("\\set a 5\n/*+ Rows(t u #:a) */ select 1;", "':a' stands in a hint")]
    [InlineData("-- nothing", "no statement")]
    [InlineData("select 'open;", "does not end")]
    public void What_has_no_counterpart_is_refused_by_name_and_line(string text, string fault)
    {
        var refused = Assert.Throws<HarnessException>(() => PgbenchScript.Read("it", "s.sql", text, scale: null));

        Assert.Equal(ExitCode.BadUsage, refused.ExitCode);
        Assert.Contains("s.sql", refused.Message, StringComparison.Ordinal);
        Assert.Contains(fault, refused.Message, StringComparison.Ordinal);
    }
}
