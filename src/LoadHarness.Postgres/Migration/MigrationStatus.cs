namespace LoadHarness.Postgres.Migration;

public enum MigrationState
{
    Absent,

    /// <summary>Some steps up are journaled, not all: <c>up</c> goes on.</summary>
    Applying,

    Applied,

    /// <summary>Some steps down are journaled, not all: <c>down</c> goes on.</summary>
    Reverting,
}

/// <param name="Changed">Steps or files whose text differs from what was applied.</param>
/// <param name="InvalidIndexes">Leftovers of failed concurrent builds, schema-qualified.</param>
/// <param name="DefaultPartitionRows">Default partitions that hold rows, though no month of theirs exists.</param>
/// <param name="Unavailable">Extensions the schema would use that this server lacks.</param>
public sealed record MigrationStatus(
    bool HasBaseSchema,
    IReadOnlyList<MigrationLine> Migrations,
    IReadOnlyList<string> Changed,
    IReadOnlyList<string> InvalidIndexes,
    IReadOnlyList<string> DefaultPartitionRows,
    IReadOnlyList<string> Unavailable);

public sealed record MigrationLine(string Name, MigrationState State, int StepsDone, int Steps);
