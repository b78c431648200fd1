using System.Data;
using LoadHarness.Workloads.Parameters;
using LoadHarness.Workloads.Running;

namespace LoadHarness.UnitTests.Workloads;

public sealed class AnswerCheckTests
{
    private static readonly DateTime Noon = new(2026, 1, 31, 12, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData("flag", "t", "f")]
    [InlineData("flag", "true", "no")]
    [InlineData("price", "1.5", "1.51")]
    [InlineData("day", "2026-01-31", "2026-02-01")]
    [InlineData("at", "2026-01-31 12:00:00+00", "2026-01-31 12:00:01+00")]
    [InlineData("at", "2026-01-31T12:00:00Z", "2026-01-31")]
    [InlineData("name", "Ann", "ann")]
    [InlineData("number", "7", "8")]
    [InlineData("bytes", "\\x01ff", "System.Byte[]")]
    [InlineData("clock", "09:08:07.5", "09:08")]
    [InlineData("code", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12")]
    [InlineData("twice", "1.5e+20", "1.6e+20")]
    [InlineData("real", "0.10", "0.11")]
    public void A_value_is_equal_however_a_person_or_the_server_writes_it(string column, string same, string other)
    {
        Assert.Null(FaultOf(column, same));
        Assert.Equal($"returned a row with another {column}", FaultOf(column, other));
    }

    [Fact]
    public void A_null_is_equal_to_nothing() => Assert.Equal("returned a row with another none", FaultOf("none", "1"));

    [Theory]
    [InlineData(null, "none", null)]
    [InlineData(null, "name", "returned a row with another name")]
    [InlineData(null, "empty", "returned a row with another empty")]
    [InlineData("", "empty", null)]
    [InlineData("", "none", "returned a row with another none")]
    public void A_null_that_was_drawn_is_equal_to_null_alone(string? drawn, string column, string? fault)
    {
        var value = DrawnValue.Of(new RowList(["it"], [["x"], [drawn]], sequential: false), 0, "it", out _)!;

        Assert.Equal(fault, FaultOf(column, value, [1]));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("number")]
    public void A_limit_that_is_null_holds_for_nothing(string column)
    {
        var value = DrawnValue.Of(new RowList(["it"], [[null]], sequential: false), 0, "it", out _)!;

        Assert.All((Comparison[])[Comparison.Least, Comparison.Most],
            comparison => Assert.Equal($"returned an implausible {column}", FaultOf(column, value, [0], comparison)));
    }

    [Theory]
    [InlineData("price", "1", "Least", true)]
    [InlineData("price", "2", "Least", false)]
    [InlineData("price", "2", "Most", true)]
    [InlineData("price", "1", "Most", false)]
    [InlineData("price", "1", "Equal", false)]
    [InlineData("huge", "1", "Least", true)]
    [InlineData("huge", "1", "Most", false)]
    public void A_number_with_a_fraction_or_beyond_a_bigint_is_held_against_a_limit(
        string column, string limit, string comparison, bool holds) =>
        Assert.Equal(holds, FaultOf(column, DrawnValue.Constant(limit), [], Enum.Parse<Comparison>(comparison)) is null);

    [Theory]
    [InlineData(typeof(int[]), "text", "bigint")]
    [InlineData(typeof(Array), "text", "bigint")]
    [InlineData(typeof(TimeSpan), "text", "bigint")]
    [InlineData(typeof(DateTimeOffset), "text", "bigint")]
    [InlineData(typeof(Dictionary<string, string>), "text", "bigint")]
    [InlineData(typeof(TimeOnly), null, "bigint")]
    [InlineData(typeof(double), null, "bigint")]
    [InlineData(typeof(string), null, "bigint")]
    [InlineData(typeof(byte[]), null, "bigint")]
    [InlineData(typeof(decimal), null, null)]
    [InlineData(typeof(short), null, null)]
    public void A_column_of_which_no_row_would_be_right_is_to_be_cast(Type type, string? equal, string? limit)
    {
        using var table = new DataTable();
        table.Columns.Add("it", type);
        using var described = table.CreateDataReader();

        Assert.Equal(equal, CastFor(Comparison.Equal));
        Assert.Equal(limit, CastFor(Comparison.Least));
        Assert.Equal(limit, CastFor(Comparison.Most));

        string? CastFor(Comparison comparison) => new ColumnCheck("it", comparison, DrawnValue.Constant("1")).CastFor(described);
    }

    private static string? FaultOf(string column, string wanted) => FaultOf(column, DrawnValue.Constant(wanted), []);

    private static string? FaultOf(string column, DrawnValue wanted, long[] drawn, Comparison comparison = Comparison.Equal)
    {
        using var table = new DataTable();
        table.Columns.Add("flag", typeof(bool));
        table.Columns.Add("price", typeof(decimal));
        table.Columns.Add("day", typeof(DateOnly));
        table.Columns.Add("at", typeof(DateTime)).DateTimeMode = DataSetDateTime.Utc;
        table.Columns.Add("name", typeof(string));
        table.Columns.Add("number", typeof(long));
        table.Columns.Add("none", typeof(string));
        table.Columns.Add("empty", typeof(string));
        table.Columns.Add("bytes", typeof(byte[]));
        table.Columns.Add("clock", typeof(TimeOnly));
        table.Columns.Add("code", typeof(Guid));
        table.Columns.Add("twice", typeof(double));
        table.Columns.Add("real", typeof(float));
        table.Columns.Add("huge", typeof(decimal));
        table.Rows.Add(
            true, 1.50m, new DateOnly(2026, 1, 31), Noon, "Ann", 7L, DBNull.Value, "", new byte[] { 1, 255 },
            new TimeOnly(9, 8, 7, 500), Guid.Parse("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), 1.5e20, 0.1f, 1e20m);
        using var rows = table.CreateDataReader();
        Assert.True(rows.Read());
        return new ColumnCheck(column, comparison, wanted).FaultOf(rows, drawn);
    }
}
