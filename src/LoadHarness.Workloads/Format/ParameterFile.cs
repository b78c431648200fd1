using System.ComponentModel;
using LoadHarness.Core.Input;

namespace LoadHarness.Workloads.Format;

/// <summary>Where a value comes from.</summary>
public enum ParameterKind
{
    Constant,
    Uniform,
    Zipf,
    Gaussian,
    Exponential,
    Sequential,
    List,
    Date,
    Text,
    Uuid,
    Query,
    Csv,
    Expression,
    Seeded,
    Pages,
}

/// <summary>What makes a parameter's values. Which fields apply is the kind's to say.</summary>
public sealed record ParameterFile(
    ParameterKind Kind,
    [property: Description(
        "constant: the one value. expression: whole numbers and :names with + - * / % and brackets.")] Literal? Value = null,
    [property: Description("uniform, zipf, gaussian, exponential, sequential, date: the smallest.")] Literal? From = null,
    [property: Description("The same: the largest. sequential begins again behind it.")] Literal? To = null,
    [property: Within(0, 18), Description("uniform: digits behind the point. Default 0, whole numbers.")] int? Digits = null,
    [property: Within(0.01, 1_000),
        Description("zipf: the exponent, default 1.1. gaussian and exponential: as pgbench's parameter, default 5 and 10.")]
    double? Skew = null,
    [property: Description("list: the values.")] IReadOnlyList<Literal>? Values = null,
    [property: Description("list: a weight for each value. Default all equal.")] IReadOnlyList<double>? Weights = null,
    [property: Description("text: what to write, such as \"{{name.fullName}}\", by Bogus.")] string? Pattern = null,
    [property: Description("text: the language, such as en, de, ja. Default en.")] string? Locale = null,
    [property: Within(1, 1_000_000), Description("text: different texts that are made before the load. Default 10000.")]
    int? Different = null,
    [property: Description("query: a statement that is run once; :name.column takes one of its columns.")] string? Sql = null,
    [property: Description("csv: a file of the folder, its first line names the columns.")] string? File = null,
    [property: Within(1, 10_000_000), Description("query, csv: most rows that are kept. Default 100000.")] int? MostRows = null,
    [property: Description("query, csv: random (default) or sequential rows.")] RowOrder? Order = null,
    [property: Description("query, csv: another parameter's column, such as \"customer.region\": rows that have the same there. "
        + "seeded: the parameter whose row they belong to.")]
    string? Within = null,
    [property: Description("seeded: which rows of those that the harness seeded.")] string? Rows = null,
    [property: Description("pages: the statement of the first page.")] string? First = null,
    [property: Description("pages: the statement of a page further down; it takes :name.COLUMN of cursor, and :name.tenant.")]
    string? Next = null,
    [property: Description("pages: the column whose value in the last row of a page is where the next one begins.")] string? Cursor = null,
    [property: Within(2, 1_000_000), Description("pages: how far down to walk, shared by the tenants. Default 1000.")] int? Deepest = null,
    [property: Within(1, 100_000), Description("pages: the last ones to draw from. Default 50.")] int? Keep = null,
    [property: Within(1, 100_000), Description("pages: the same in all, where there are several tenants. Default 200.")]
    int? KeepOfSeveral = null);

public enum RowOrder
{
    Random,
    Sequential,
}
