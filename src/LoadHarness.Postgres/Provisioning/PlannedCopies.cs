namespace LoadHarness.Postgres.Provisioning;

/// <summary>Copies of a seeded server that the work after its seeding makes, and that have to find room.</summary>
/// <param name="KeptIn">The directory that one is saved in while the server runs, which may not be there yet; null for none.</param>
/// <param name="Servers">As large as it, when it has stopped: servers that start from that copy, and what is kept of them.</param>
public sealed record PlannedCopies(string? KeptIn, int Servers)
{
    public static PlannedCopies None { get; } = new(null, 0);
}
