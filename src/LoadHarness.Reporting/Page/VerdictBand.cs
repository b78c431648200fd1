using System.Text.RegularExpressions;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Page;

/// <summary>What a reader in a hurry needs: whether it passed, what failed and by how much, what changed, and on which machine.</summary>
internal static partial class VerdictBand
{
    private const int MostReasons = 3;

    public static Html Of(RunResult run)
    {
        RunVerdict outcome = RunVerdict.Of(run);
        return Html.Of($"""
            <p class="product">LoadHarness report of run {new Name(run.Identity.Id)}</p>
            <div class="verdict verdict-{outcome.Class}" id="verdict">
            <p class="verdict-word">{HtmlComponents.Symbol(outcome.Symbol)} {outcome.Word} · {outcome.Scope}</p>
            <h1>{Reason(run, Plain.Cut(outcome.Headline, 400))}</h1>
            <p class="meaning">{Plain.Cut(outcome.Meaning, 600)}</p>
            {Reasons(run, outcome)}
            </div>
            {HtmlComponents.Facts(Facts(run))}
            <div class="asides">{Changes(run)}{Again(run)}{Pointer(run.Warnings.Count)}</div>
            """);
    }

    private static Html Reasons(RunResult run, RunVerdict outcome)
    {
        // That it was judged again is no cause: it has a line of its own.
        var reasons = outcome.Reasons.Except(Rejudgement.Words(run)).ToList();
        if (reasons.Count == 0) return Html.Nothing;
        var more = reasons.Count - MostReasons;
        var (place, where) = run.Invalid.Count > MostReasons ? ("notes", "notes") : ("targets", "scoreboard");
        return Html.Of($"""
            <ul class="reasons">{reasons.Take(MostReasons).Select(reason => Html.Of($"<li>{Reason(run, Plain.Cut(reason, 500))}</li>"))}
            {(more > 0 ? Html.Of($"""<li><a href="#{place}">{more} more in the {where}</a></li>""") : null)}</ul>
            """);
    }

    /// <summary>Each id that a sentence names leads to the target's drill-down.</summary>
    private static Html Reason(RunResult run, string reason) => Html.Join(
        IdOfTarget().Split(reason).Select(part => run.Verdicts.FirstOrDefault(verdict => verdict.Id == part) is { } verdict
            ? Html.Of($"""<a href="#{Trail.Place(verdict)}">{verdict.Id}</a>""")
            : Html.Of($"{part}")));

    /// <summary>The group keeps the ids among the parts.</summary>
    [GeneratedRegex(@"(\b[A-Z]+-\d+\b)")]
    private static partial Regex IdOfTarget();

    private static Html Changes(RunResult run) => run.Baseline is not { } baseline
        ? Html.Nothing
        : Html.Of($"""<p class="changes"><a href="#baseline">Since {new Name(baseline.RunId)}</a>: """
            + $"""{BaselineSection.Summary(run, baseline)}</p>""");

    private static Html Again(RunResult run)
    {
        var words = Rejudgement.Words(run).ToList();
        return words.Count == 0
            ? Html.Nothing
            : Html.Of($"""<p class="again">{Reason(run, Plain.Cut(string.Join(' ', words), 600))}</p>""");
    }

    private static Html Pointer(int notes) => notes == 0
        ? Html.Nothing
        : Html.Of($"""<p class="pointer"><a href="#notes">{(notes == 1 ? "One note" : $"{notes} notes")} to read with these """
            + $"""figures</a></p>""");

    private static IEnumerable<(string, string)> Facts(RunResult run) =>
    [
        ("Scale", run.Seed?.Scale() ?? (run.Contacts is { } contacts ? $"{Format.Count(contacts)} leads" : "not seeded")),
        ("Machine", RunCircumstances.Machine(run)),
        ("Server", RunCircumstances.Server(run) ?? "none"),
        ("Profile, settings", $"{RunCircumstances.Profile(run)}, {RunCircumstances.Settings(run)}"),
        ("Durability", Durability(run.Server)),
        ("Started, took", $"{RunCircumstances.Started(run):d MMM yyyy, HH:mm 'UTC'}, {Format.Duration(RunCircumstances.Duration(run))}"),
        ("Seed", RunCircumstances.Seed(run)),
        ("Commit", RunCircumstances.Commit(run)),
        .. RunCircumstances.IsOfEvidence(run)
            ? [("Judged again", $"{run.Identity.StartedUtc:d MMM yyyy, HH:mm 'UTC'}, on {run.Host.Words()}")]
            : Array.Empty<(string, string)>(),
    ];

    /// <summary>A server that may lose what it confirmed is faster than one that may not.</summary>
    private static string Durability(ServerEnvironment? server)
    {
        var names = Core.Validity.Durability.Settings;
        if (server is null || names.All(name => !server.Settings.ContainsKey(name))) return "not known";
        var off = names.Where(name => server.Settings.GetValueOrDefault(name) == "off").ToList();
        if (Core.Validity.DataStorage.IsInMemory(server.FileSystem)) off.Add("data in memory");
        return off.Count == 0 ? "on" : $"OFF: {string.Join(", ", off)}";
    }
}
