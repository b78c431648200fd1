using System.CommandLine;
using LoadHarness.Cli.Options;
using LoadHarness.Core;

namespace LoadHarness.Cli.Verbs;

/// <summary>A verb next to <c>run</c>: its words and what it does.</summary>
internal sealed record Verb(Command Command, IEnumerable<Option> Options, Func<ParseResult, CancellationToken, Task<ExitCode>> ExecuteAsync)
{
    /// <summary>The word before it, for a verb of two words; null for one.</summary>
    public string? Group { get; init; }

    /// <summary>It leaves behind what hangs by itself, and reports what it had measured until then.</summary>
    public bool KeepsFigures { get; init; }

    /// <summary>Executes it. What hangs when nobody waits any longer is left behind: its servers go with this program.</summary>
    /// <param name="abandoned">What has not ended by then is left behind.</param>
    public Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken abandoned, CancellationToken cancellationToken) => KeepsFigures
        ? ExecuteAsync(parsed, cancellationToken)
        : Task.Run(() => ExecuteAsync(parsed, cancellationToken), CancellationToken.None).WaitAsync(abandoned);
}

internal static class VerbCatalog
{
    public static IReadOnlyList<Verb> All(CommandLineOptions words) =>
    [
        VerifyVerb.Create(words),
        HealthVerb.Create(words),
        JobsVerb.Create(words),
        SeedVerb.Create(words),
        MigrateVerb.Up(words),
        MigrateVerb.Down(words),
        CompareVerb.Create(words),
        GateVerb.Create(words),
        ProveVerb.Create(words),
        LedgerVerb.Create(words),
        ScaleVerb.Create(words),
        HeadroomVerb.Create(words),
        AgentVerb.Create(words),
        SelfCheckVerb.Create(words),
        ReportVerb.Create(words),
        DoctorVerb.Create(words),
        WorkloadInitVerb.Create(words),
        WorkloadCheckVerb.Create(words),
    ];
}
