namespace LoadHarness.Cli.Options;

/// <summary>The words of the command line before anything is checked; null where one was not given.</summary>
internal sealed record GivenOptions
{
    public string? Contacts { get; init; }

    public string? Workspaces { get; init; }

    public string? Skew { get; init; }

    public string? Profile { get; init; }

    public string? Targets { get; init; }

    public string? Workload { get; init; }

    public string? Database { get; init; }

    /// <summary>The verb works where <see cref="Database"/> says, also where that was not given.</summary>
    public bool TakesDatabase { get; init; }

    public string? Out { get; init; }

    /// <summary>The verb writes below <see cref="Out"/>, also where it was not given.</summary>
    public bool WritesOut { get; init; }

    public string? Seed { get; init; }

    public string? Settings { get; init; }

    public string? Engine { get; init; }

    public string? Pooler { get; init; }

    public string? Baseline { get; init; }

    public string? Require { get; init; }

    /// <summary>Empty when it was given without a word.</summary>
    public string? Force { get; init; }

    public string? WithoutExtensions { get; init; }

    public string? Agents { get; init; }

    public string? Broker { get; init; }

    public string? TokenFile { get; init; }

    public bool Keep { get; init; }

    public bool Reuse { get; init; }

    public bool Open { get; init; }

    public bool Json { get; init; }
}
