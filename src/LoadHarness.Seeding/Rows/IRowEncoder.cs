using LoadHarness.Postgres.Copying;

namespace LoadHarness.Seeding.Rows;

/// <summary>Turns a lead into rows of one table. Implementations keep no state: every worker uses the same one.</summary>
internal interface IRowEncoder
{
    string Table { get; }

    IReadOnlyList<SeedColumn> Columns { get; }

    /// <summary>Appends all rows that the lead has in this table.</summary>
    void Encode(long workspace, long lead, CopyBuffer buffer);
}

/// <param name="Type">As <c>format_type</c> names it: binary COPY must match it exactly.</param>
internal readonly record struct SeedColumn(string Name, string Type);
