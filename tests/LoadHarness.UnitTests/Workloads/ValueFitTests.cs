using LoadHarness.Workloads.Format;
using LoadHarness.Workloads.Initial;
using LoadHarness.Workloads.Parameters;
using NpgsqlTypes;

namespace LoadHarness.UnitTests.Workloads;

public sealed class ValueFitTests
{
    [Theory]
    [InlineData("int2", "32767", true)]
    [InlineData("int2", "32768", false)]
    [InlineData("int4", "2M", true)]
    [InlineData("int4", "3G", false)]
    [InlineData("int4", "1.5", false)]
    [InlineData("int4", "", false)]
    [InlineData("int8", "9223372036854775807", true)]
    [InlineData("int8", "9223372036854775808", false)]
    [InlineData("numeric", "12.34", true)]
    [InlineData("numeric", "twelve", false)]
    [InlineData("float8", "1e300", true)]
    [InlineData("float4", "1e300", false)]
    [InlineData("bool", "true", true)]
    [InlineData("bool", "maybe", false)]
    [InlineData("uuid", "6f9619ff-8b86-4d01-b42d-00c04fc964ff", true)]
    [InlineData("uuid", "6f9619ff", false)]
    [InlineData("date", "2026-02-28", true)]
    [InlineData("date", "2026-02-30", false)]
    [InlineData("timestamptz", "2026-02-28 12:00:00.5+02", true)]
    [InlineData("timestamptz", "soon", false)]
    [InlineData("timestamp", "2026-02-28", true)]
    [InlineData("jsonb", "{\"a\": [1]}", true)]
    [InlineData("jsonb", "{a}", false)]
    [InlineData("text", "anything", true)]
    [InlineData("text", "a\0b", false)]
    [InlineData("inet", "10.0.0.1", true)]
    public void A_text_is_a_value_of_a_type_or_it_is_not(string type, string text, bool fits) =>
        Assert.Equal(fits, ValueFit.Of(text, new ServerType(0, type, type)) is not null);

    [Theory]
    [InlineData(1, 40_000, "int2", "40000")]
    [InlineData(-5, 3_000_000_000, "int4", "3000000000")]
    [InlineData(1, 10, "uuid", "a number")]
    [InlineData(1, 10, "timestamptz", "a number")]
    [InlineData(1, 10, "bool", "a number")]
    public void A_range_that_does_not_fit_is_named(long from, long to, string type, string named)
    {
        var binding = BindingFactory.Create(new UniformSource(from, to, 0), "", new ServerType(0, $"type {type}", type), out var fault);

        Assert.Null(binding);
        Assert.Contains(named, fault, StringComparison.Ordinal);
        Assert.Contains($"type {type}", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_padded_code_takes_what_a_text_takes()
    {
        var type = new ServerType(1042, "character", "bpchar");
        ValueSource[] sources =
        [
            new UniformSource(1, 9, 0), new UuidSource(), new TextList(["a"], null),
            new DateSource(DateTime.UnixEpoch, DateTime.UnixEpoch, wholeDays: true),
            new ComputedSource(new((_, _, _) => 0, [new("code", _ => "a")])),
            new ComputedSource(new((_, _, _) => 0, [new("code", _ => 7L)])),
        ];
        Assert.All(sources, source =>
        {
            var parameter = BindingFactory.Create(source, "", type, out var fault)?.Create();
            Assert.Null(fault);
            Assert.Equal(NpgsqlDbType.Char, parameter!.NpgsqlDbType);
        });
        Assert.Equal(ParameterKind.Text, ParameterGuess.ByType(type).Kind);
    }

    [Fact]
    public void A_value_that_the_driver_read_becomes_a_text_that_the_server_reads()
    {
        Assert.Equal("\\x00ff", ValueFit.Text(new byte[] { 0, 255 }));
        Assert.Equal("""{"1","2"}""", ValueFit.Text(new[] { 1, 2 }));
        Assert.Equal("""{"a\"b\\c",NULL}""", ValueFit.Text(new[] { "a\"b\\c", null }));
        Assert.Equal("09:08:07.0500000", ValueFit.Text(new TimeOnly(9, 8, 7, 50)));
        Assert.Equal("90000000 microseconds", ValueFit.Text(TimeSpan.FromSeconds(90)));
        Assert.Equal("2026-01-31T12:00:00.1230000Z", ValueFit.Text(new DateTime(2026, 1, 31, 12, 0, 0, 123, DateTimeKind.Utc)));
    }

    [Fact]
    public void A_value_of_a_list_that_does_not_fit_is_named()
    {
        Assert.Null(BindingFactory.Create(new TextList(["1", "two"], null), "", new ServerType(0, "integer", "int4"), out var fault));
        Assert.Contains("'two'", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-01-05", "2026-01-05", "2026-01-05")]
    [InlineData("2026-01-05T12:00", "2026-01-05T12:00", "2026-01-05T12:00:00.0000000Z")]
    [InlineData("2026-01-05", "2026-01-05T00:00", "2026-01-05T00:00:00.0000000Z")]
    [InlineData("2026-01-05T00:00", "2026-01-05", "2026-01-05T00:00:00.0000000Z")]
    public void A_date_as_a_text_is_a_day_unless_an_end_has_a_time(string from, string to, string put)
    {
        var dates = SourceFactory.Create(new(ParameterKind.Date, From: new Literal(from), To: new Literal(to)), null, seed: 1);

        foreach (var type in (ServerType[])[new(25, "text", "text"), new(0, "what the server makes of it", "unknown")])
        {
            var binding = BindingFactory.Create(dates, "", type, out _)!;
            var parameter = binding.Create();
            binding.Put(dates.Draw(new(1), []), parameter);
            Assert.Equal(put, parameter.Value);
        }
    }
}
