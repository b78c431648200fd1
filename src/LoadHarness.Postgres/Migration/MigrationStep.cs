namespace LoadHarness.Postgres.Migration;

/// <summary>The unit of a migration that is journaled: what stops between two steps resumes at the second.</summary>
/// <param name="Name">File and step, as <c>03_leads/status_index</c>; unique in its migration and direction.</param>
/// <param name="Checksum">SHA-256 of the step's text, lower-case hex; of an included file, only its name counts.</param>
/// <param name="InTransaction">False for what PostgreSQL refuses in one: concurrent index builds, procedures that commit.</param>
/// <param name="Concurrent">Runs at the same time as the step before it, in a session of its own.</param>
/// <param name="PartitionsOf">The table for each of whose partitions the statement runs once; null when it runs once in all.</param>
public sealed record MigrationStep(
    string Name, string Sql, string Checksum, bool InTransaction, bool Concurrent, string? PartitionsOf = null);

/// <summary>A numbered change of the schema with its way back.</summary>
/// <param name="Name">Folder or file name without its ending; sorts in the order of application.</param>
public sealed record SchemaMigration(string Name, IReadOnlyList<MigrationStep> Up, IReadOnlyList<MigrationStep> Down);

/// <summary>A file that is applied again whenever its text changes.</summary>
public sealed record RepeatableFile(string Name, string Sql, string Checksum);
