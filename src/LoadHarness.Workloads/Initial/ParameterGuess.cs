using LoadHarness.Postgres;
using LoadHarness.Workloads.Format;
using LoadHarness.Workloads.Parameters;
using NpgsqlTypes;

namespace LoadHarness.Workloads.Initial;

/// <summary>A generator for a parameter, guessed from what the planner knows of its column, or from its type alone.</summary>
internal static class ParameterGuess
{
    /// <summary>Values with this share of all rows are the column: the rest is left out.</summary>
    private const double NearlyAll = 0.99;

    private const int MostListed = 100;
    private const int SampledRows = 10_000;

    /// <summary>So many times more is read than is kept: some rows have no value, and row security hides others.</summary>
    private const double SampleMargin = 3;

    /// <summary>Of a value that is looked up.</summary>
    public static ParameterFile Read(ColumnStatistics column) =>
        FromStatistics(column) ?? Sampled(column.Table, [column.Column], column.Rows);

    /// <summary>Of a value that is written: one that must be new is made, any other is like those that are there.</summary>
    public static ParameterFile Written(ColumnStatistics column, ServerType type)
    {
        if (!column.IsKey)
            return FromStatistics(column) ?? (column.IsSecured ? Sampled(column.Table, [column.Column], column.Rows) : ByType(type));
        return type.Wire switch
        {
            NpgsqlDbType.Smallint => ByType(type),
            NpgsqlDbType.Integer => new(ParameterKind.Sequential, From: Number(int.MaxValue / 2), To: Number(int.MaxValue)),
            NpgsqlDbType.Bigint => new(ParameterKind.Sequential, From: Number(long.MaxValue / 2), To: Number(long.MaxValue - 1)),
            _ => new(ParameterKind.Uuid),
        };
    }

    public static ParameterFile Limit => new(ParameterKind.Constant, Value: Number(10));

    public static ParameterFile Offset => new(ParameterKind.Constant, Value: Number(0));

    public static ParameterFile ByType(ServerType type) => type.Wire switch
    {
        NpgsqlDbType.Smallint or NpgsqlDbType.Integer or NpgsqlDbType.Bigint or NpgsqlDbType.Numeric or NpgsqlDbType.Real
            or NpgsqlDbType.Double => new(ParameterKind.Uniform, From: Number(1), To: Number(1_000)),
        NpgsqlDbType.Boolean => new(ParameterKind.List, Values: [new("true"), new("false")]),
        NpgsqlDbType.Uuid => new(ParameterKind.Uuid),
        NpgsqlDbType.Date => new(ParameterKind.Date, From: new Literal("2026-01-01"), To: new Literal("2026-12-31")),
        NpgsqlDbType.Timestamp or NpgsqlDbType.TimestampTz =>
            new(ParameterKind.Date, From: new Literal("2026-01-01T00:00:00Z"), To: new Literal("2026-12-31T23:59:59Z")),
        NpgsqlDbType.Json or NpgsqlDbType.Jsonb => new(ParameterKind.Constant, Value: new Literal("{}")),
        NpgsqlDbType.Text or NpgsqlDbType.Char => new(ParameterKind.Text, Pattern: "{{lorem.word}}"),
        _ when type.Base.StartsWith('_') => new(ParameterKind.Constant, Value: new Literal("{}")),
        _ when type.Base == "interval" => new(ParameterKind.Constant, Value: new Literal("1 day")),
        _ => new(ParameterKind.Constant, Value: new Literal("")),
    };

    /// <summary>Several columns of one table: their values belong together, so they come from the same row.</summary>
    public static ParameterFile Sampled(string table, IReadOnlyList<string> columns, double rows)
    {
        var names = string.Join(", ", columns.Select(SqlNames.Quoted));
        var filled = string.Join(" and ", columns.Select(column => $"{SqlNames.Quoted(column)} is not null"));
        // Blocks from all over a large table; all of a small one.
        var share = rows > SampledRows * SampleMargin
            ? $" tablesample system ({Math.Max(0.001, SampledRows * SampleMargin * 100 / rows):0.###}) repeatable (1)"
            : "";
        // Rows come in the order of the blocks: a limit alone would keep the oldest. The order is the same in each run: see RowQuery.
        return new(ParameterKind.Query, Sql: $"select {names} from {table}{share} where {filled} order by random() limit {SampledRows}");
    }

    // Values of rows that the session may not see would be refused, or find nothing: a query of its own sees its rows alone.
    private static ParameterFile? FromStatistics(ColumnStatistics column) =>
        column.IsSecured ? null : Listed(column) ?? Ranged(column);

    private static ParameterFile? Listed(ColumnStatistics column) =>
        column.CommonValues.Count is > 0 and <= MostListed && (column.CommonShares.Sum() >= NearlyAll || column.Bounds.Count == 0)
            ? new(
                ParameterKind.List, Values: [.. column.CommonValues.Select(value => new Literal(value))],
                Weights: [.. column.CommonShares.Select(share => Math.Max(1e-6, Math.Round(share, 6)))])
            : null;

    private static ParameterFile? Ranged(ColumnStatistics column) => column switch
    {
        { Type: "int2" or "int4" or "int8", Bounds: [var first, .., var last] } =>
            new(ParameterKind.Uniform, From: new Literal(first), To: new Literal(last)),
        { Type: "date", Bounds: [var first, .., var last] } => new(ParameterKind.Date, From: new Literal(first), To: new Literal(last)),
        { Type: "timestamp" or "timestamptz", Bounds: [var first, .., var last] }
            when SourceFactory.Moment(new(Iso(first))) is not null && SourceFactory.Moment(new(Iso(last))) is not null =>
            new(ParameterKind.Date, From: new Literal(Iso(first)), To: new Literal(Iso(last))),
        _ => null,
    };

    private static string Iso(string moment) => moment.Replace(' ', 'T') + (moment.Length > 3 && moment[^3] is '+' or '-' ? ":00" : "");

    private static Literal Number(long number) => new(number.ToString());
}
