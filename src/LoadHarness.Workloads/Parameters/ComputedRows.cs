namespace LoadHarness.Workloads.Parameters;

/// <summary>
/// Rows that the program computes instead of reading them, such as those that it seeded: any number of them takes no memory. A draw is a
/// number that says which.
/// </summary>
/// <param name="Draw">
/// Of the iteration's random numbers, what was drawn for the rows that these belong to (0 where they belong to none), and the iteration's
/// number.
/// </param>
public sealed record ComputedRows(Func<Random, long, long, long> Draw, IReadOnlyList<ComputedColumn> Columns);

/// <summary>A column of computed rows: a whole number or a text.</summary>
public sealed record ComputedColumn
{
    public ComputedColumn(string name, Func<long, long> number) => (Name, Number, IsNumber) = (name, number, true);

    public ComputedColumn(string name, Func<long, string> text) => (Name, Text) = (name, text);

    /// <summary>A value of which only the rows say whether it is a number.</summary>
    internal ComputedColumn(string name, Func<long, string> text, Func<long, long> number, bool isNumber) =>
        (Name, Text, Number, IsNumber) = (name, text, number, isNumber);

    public string Name { get; }

    /// <summary>Of what was drawn; null for a text.</summary>
    internal Func<long, long>? Number { get; }

    /// <inheritdoc cref="Number"/>
    internal Func<long, string>? Text { get; }

    internal bool IsNumber { get; }

    /// <summary>What a statement gets where no server is asked.</summary>
    internal ServerType Type => !IsNumber ? new(25, "text", "text") : new(20, "bigint", "int8");
}
