namespace LoadHarness.Core.Measurement;

/// <summary>Where a server comes from.</summary>
public enum ServerKind
{
    /// <summary>Of the harness, in a container.</summary>
    Container,

    /// <summary>Of the harness, on this machine.</summary>
    Native,

    /// <summary>Somebody's, by its connection string.</summary>
    Given,
}

public static class ServerKinds
{
    public static string Word(this ServerKind kind) => kind.ToString().ToLowerInvariant();
}
