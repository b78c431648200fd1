using System.Globalization;
using LoadHarness.Workloads.Format;

namespace LoadHarness.Workloads.Parameters;

/// <summary>Makes sources of what a checked file says.</summary>
internal static class SourceFactory
{
    private const double UsualZipf = 1.1;
    private const double UsualGaussian = 5;
    private const double UsualExponential = 10;

    /// <param name="rows">Of a query or a CSV file; null for other kinds.</param>
    /// <param name="seed">For texts that are made once.</param>
    /// <param name="given">For values that are to be new, with the parameter's name; null makes all follow from the seed.</param>
    public static ValueSource Create(ParameterFile file, RowSet? rows, ulong seed, (GivenOut Out, string Name)? given = null)
    {
        var digits = file.Digits ?? 0;
        var (from, to) = IsRange(file.Kind) ? (Scaled(file.From!.Value, digits)!.Value, Scaled(file.To!.Value, digits)!.Value) : (0, 0);
        return file.Kind switch
        {
            ParameterKind.Constant => new ConstantText(file.Value!.Value.Text),
            ParameterKind.Uniform => new UniformSource(from, to, digits),
            ParameterKind.Zipf => new ZipfSource(from, to, file.Skew ?? UsualZipf),
            ParameterKind.Gaussian => new GaussianSource(from, to, file.Skew ?? UsualGaussian),
            ParameterKind.Exponential => new ExponentialSource(from, to, file.Skew ?? UsualExponential),
            ParameterKind.Sequential => new SequentialSource(from, to, given is var (places, name) ? places.SequenceOf(name) : null),
            ParameterKind.List => new TextList([.. file.Values!.Select(value => value.Text)], file.Weights),
            ParameterKind.Date => Dates(file),
            ParameterKind.Text => new TextList(BogusTexts.Make(file, seed), weights: null),
            ParameterKind.Uuid => new UuidSource(given?.Out),
            ParameterKind.Query or ParameterKind.Csv => new RowList(rows!.Columns, rows.Rows, file.Order == RowOrder.Sequential),
            _ => throw new ArgumentOutOfRangeException(nameof(file), file.Kind, "computed from others"),
        };
    }

    public static bool IsRange(ParameterKind kind) => kind is ParameterKind.Uniform or ParameterKind.Zipf or ParameterKind.Gaussian
        or ParameterKind.Exponential or ParameterKind.Sequential;

    /// <returns>The number in units of its last digit; null when it has more digits, or is none.</returns>
    public static long? Scaled(Literal literal, int digits)
    {
        if (literal.Number() is not { } number) return null;
        for (var i = 0; i < digits; i++)
        {
            if (Math.Abs(number) > long.MaxValue) return null;
            number *= 10;
        }

        return number == decimal.Truncate(number) && number >= long.MinValue && number <= long.MaxValue ? (long)number : null;
    }

    /// <returns>The moment in UTC, and whether it is a whole day; null when it is neither.</returns>
    public static (DateTime Moment, bool IsDay)? Moment(Literal literal)
    {
        var text = literal.Text.Trim();
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", null, DateTimeStyles.None, out var day))
            return (day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc), true);
        const DateTimeStyles utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return text.Length >= "2026-01-31T12:00".Length && char.IsAsciiDigit(text[0])
            && DateTime.TryParse(text, null, utc, out var moment) ? (moment, false) : null;
    }

    private static DateSource Dates(ParameterFile file)
    {
        var (from, to) = (Moment(file.From!.Value)!.Value, Moment(file.To!.Value)!.Value);
        return new(from.Moment, to.Moment, from.IsDay && to.IsDay);
    }
}

/// <summary>What was read of a query or a CSV file.</summary>
/// <param name="Rows">Null is null.</param>
/// <param name="IsCut">There were more rows than are kept.</param>
internal sealed record RowSet(IReadOnlyList<string> Columns, IReadOnlyList<string?[]> Rows, bool IsCut);
