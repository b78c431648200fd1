namespace LoadHarness.Core.Validity;

/// <summary>Settings of a server that make commits cheaper than in production when they are off.</summary>
public static class Durability
{
    public static IReadOnlyList<string> Settings { get; } = ["fsync", "full_page_writes", "synchronous_commit"];
}
