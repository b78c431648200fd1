using System.Globalization;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Page;

/// <summary>What a reader in a hurry needs: the verdict, what it means, why, and which run this is.</summary>
internal static class FirstScreen
{
    public static Html Of(RunResult run)
    {
        var outcome = RunOutcome.Of(run);
        return Template.Render("first-screen", new
        {
            outcome.Word,
            outcome.Symbol,
            outcome.Headline,
            outcome.Meaning,
            outcome.Reasons,
            Tally = Tally(run),
            Facts = Part.Facts(Facts(run)),
            Notes = run.Warnings.Count,
        });
    }

    private static List<TallyEntry> Tally(RunResult run) =>
    [
        .. run.Verdicts.GroupBy(verdict => verdict.Kind).OrderBy(group => group.Key)
            .Select(group => new TallyEntry(
                CheckReport.Word(group.Key),
                RunOutcome.SymbolOf(group.Key),
                group.Count(),
                group.Key == VerdictKind.Unavailable ? "not judged" : CheckReport.Word(group.Key))),
    ];

    private static IEnumerable<(string, string)> Facts(RunResult run) =>
    [
        ("Scale", run.Seed is { } seed ? $"{Wording.Count(seed.Contacts)} leads" : "not seeded"),
        ("Profile", run.Options.GetValueOrDefault("profile", "not stated")),
        ("Server", run.Server is { } server ? $"PostgreSQL {server.Version}, {server.Provisioning}" : "none"),
        ("Machine", $"{run.Host.Cores} cores, {Wording.Bytes(run.Host.MemoryBytes)}"),
        ("Started", run.Identity.StartedUtc.ToString("d MMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture)),
        ("Took", Wording.Duration(run.Identity.Duration)),
        ("Commit", run.Identity.Commit),
        ("Run", run.Identity.Id),
    ];

    private sealed record TallyEntry(string Kind, string Symbol, int Count, string Word);
}
