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
        return Html.Of($"""
            <p class="product">LoadHarness report</p>
            <div class="verdict verdict-{outcome.Class}">
            <p class="verdict-word">{Part.Symbol(outcome.Symbol)} {outcome.Word}</p>
            <h1>{outcome.Headline}</h1>
            {(outcome.Scope == outcome.Headline ? null : Html.Of($"""<p class="scope">{outcome.Scope}.</p>"""))}
            <p class="meaning">{outcome.Meaning}</p>
            {(outcome.Reasons.Count == 0 ? null : Html.Of($"""<ul class="reasons">{Part.Items(outcome.Reasons)}</ul>"""))}
            </div>
            {Tally(run)}
            {Part.Facts(Facts(run))}
            {Pointer(run.Warnings.Count)}
            """);
    }

    private static Html Tally(RunResult run) => run.Verdicts.Count == 0
        ? Html.Nothing
        : Html.Of($"""<ul class="tally" aria-label="Targets by verdict">{run.Verdicts.GroupBy(verdict => verdict.Kind).OrderBy(group => group.Key).Select(Tally)}</ul>""");

    private static Html Tally(IGrouping<VerdictKind, Verdict> group) => Html.Of(
        $"""<li class="is-{CheckReport.Word(group.Key)}">{Part.Symbol(RunOutcome.SymbolOf(group.Key))} <strong>{group.Count()}</strong> {(group.Key == VerdictKind.Unavailable ? "not judged" : CheckReport.Word(group.Key))}</li>""");

    private static Html Pointer(int notes) => notes == 0
        ? Html.Nothing
        : Html.Of($"""<p class="pointer"><a href="#notes">{(notes == 1 ? "One note" : $"{notes} notes")} to read with these figures</a></p>""");

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
}
