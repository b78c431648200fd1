namespace LoadHarness.Workloads.Parameters;

/// <summary>What an iteration has drawn, as the program itself looks at it: whose a request is, what an answer must be.</summary>
internal sealed class DrawnValue
{
    private readonly Func<long[], string> _text;
    private readonly Func<long[], long?> _number;

    private DrawnValue(Func<long[], string> text, Func<long[], long?> number) => (_text, _number) = (text, number);

    /// <summary>Whether its text is made of its number: the same number is the same text.</summary>
    public bool IsNumber { get; private init; }

    private Func<long[], bool>? HasNull { get; init; }

    /// <summary>Of a value that is the same in every iteration.</summary>
    public static DrawnValue Constant(string text)
    {
        var number = new Format.Literal(text).WholeNumber();
        return new(_ => text, _ => number);
    }

    /// <param name="place">Of its source, in the draws.</param>
    /// <param name="column">Empty for the first.</param>
    /// <returns>Null with what is wrong, as a clause.</returns>
    public static DrawnValue? Of(ValueSource source, int place, string column, out string? fault)
    {
        fault = null;
        switch (source)
        {
            case TextSource texts when PlaceOf(texts, column) is >= 0 and var at:
                var numbers = new Lazy<long?[]>(() =>
                    [.. Enumerable.Range(0, texts.Count).Select(row => new Format.Literal(texts.TextAt(row, at) ?? "").WholeNumber())]);
                return new(drawn => texts.TextAt((int)drawn[place], at) ?? "", drawn => numbers.Value[drawn[place]])
                {
                    HasNull = drawn => texts.TextAt((int)drawn[place], at) is null,
                };
            case ComputedSource rows when rows.Column(column) is { } found:
                return found.IsNumber && found.Number is { } number
                    ? new(drawn => number(drawn[place]).ToString(), drawn => number(drawn[place])) { IsNumber = true }
                    : new(drawn => found.Text!(drawn[place]), _ => null);
            case NumberSource { Digits: 0 }:
                return new(drawn => drawn[place].ToString(), drawn => drawn[place]) { IsNumber = true };
            case UuidSource:
                return new(drawn => UuidSource.Of(drawn[place]).ToString(), _ => null);
            case TextSource or ComputedSource:
                fault = $"there is no column {column}";
                return null;
            default:
                fault = "its values are neither whole numbers nor texts";
                return null;
        }
    }

    /// <returns>Empty for null.</returns>
    public string Text(long[] drawn) => _text(drawn);

    public bool IsNull(long[] drawn) => HasNull?.Invoke(drawn) == true;

    /// <returns>Null for what is no whole number.</returns>
    public long? Number(long[] drawn) => _number(drawn);

    private static int PlaceOf(TextSource source, string column) =>
        column.Length == 0 ? 0 : source.Columns.ToList().IndexOf(column);
}
