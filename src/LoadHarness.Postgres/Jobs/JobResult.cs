namespace LoadHarness.Postgres.Jobs;

/// <summary>Which jobs to run.</summary>
/// <param name="Name">One job by its name; null takes the due ones, or all.</param>
public sealed record JobSelection(bool All = false, string? Name = null)
{
    public static JobSelection Due { get; } = new();
}

public enum JobStatus
{
    Succeeded,
    Failed,

    /// <summary>Another session is running it.</summary>
    Skipped,
    NotDue,
}

/// <param name="Requirement">As in requirements.md: JB-1 to JB-5.</param>
/// <param name="Detail">What the job did, or why it did not.</param>
public sealed record JobResult(string Job, string Requirement, JobStatus Status, string Detail, TimeSpan Duration)
{
    public bool Failed => Status == JobStatus.Failed;
}
