using LoadHarness.Core.Measurement;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page.Compared;

/// <summary>
/// Every claim before and after: its definition, its figure against baseline C, and each operation with absolute values next to the
/// quotient.
/// </summary>
internal static class ProofSection
{
    private const double Equal = 1;

    private static AxisRow Axis => new(
        new(0.01, 10, Format.Significant), [(0.01, "1/100"), (0.1, "1/10"), (Equal, "as C"), (10, "10×")]);

    /// <param name="page">The run whose scoreboard the page has.</param>
    public static Section? Of(RunResult run, RunResult page) => run.Proof is not { } proof
        ? null
        : new(
            "claims",
            "Before and after",
            $"{Plain.Cut(proof.Origin(), 400)}. "
                + "Each claim but RE-4 is judged against baseline C, a careful team on the base schema, and no other; RE-4 compares pooled "
                + $"with unpooled connections. N is the way of known systems, X an expert's. {Format.Count(proof.Contacts)} leads, "
                + $"PostgreSQL {proof.Optimized.Version}, "
                + $"{(proof.Quick ? "few and short turns (--quick), so the intervals are wide; " : "")}both arms with the same rows, "
                + $"settings and arguments, and the rows that came back compared.",
            [Summary(proof), .. proof.Claims.SelectMany(claim => Claim(claim, page))]);

    public static string Place(Verdict claim) => $"claim-{Slug.Of(claim.Id)}";

    private static Html Summary(Proof proof) => HtmlComponents.Table(
        "Claims", ["Claim", "Verdict", "Figure", "95% interval", "Required", "Worst operation, times C"],
        proof.Claims.Select(claim => (IReadOnlyList<Cell>)
        [
            Html.Of($"""<a href="#{Place(claim.Verdict)}">{claim.Verdict.Id}</a> {Plain.Cut(claim.Contract.Claim, 200)}"""),
            Scoreboard.Badge(claim.Verdict.Kind),
            VerdictWords.Figure(claim.Verdict),
            Html.Of($"{Plain.Cut(VerdictWords.Interval(claim.Verdict), 160)}"),
            Format.Limit(claim.Verdict),
            claim.Worst is { } worst
                ? Html.Of($"""
                    <span class="{(worst.IsWorse ? "is-worse" : "")}">{new Name(worst.Name)} {ProvenWords.Times(worst)}</span>
                    """)
                : Html.Of($"–"),
        ]), "sortable");

    private static IEnumerable<Html> Claim(ProvenClaim claim, RunResult page)
    {
        var (contract, verdict) = (claim.Contract, claim.Verdict);
        yield return HtmlComponents.Heading(
            $"{contract.Id}: {contract.Claim}",
            Plain.Cut($"{contract.Definition} Baseline: {contract.Baseline}. Must not get worse: {contract.NotWorse}", 900),
            Place(verdict));
        yield return Html.Of($"""<p>{Scoreboard.Badge(verdict.Kind)} """
            + $"""{Plain.Cut(VerdictWords.Line(verdict), 500)}."""
            + $"""{Back(page, verdict)}</p>""");
        if (claim.Operations.Count == 0)
        {
            if (verdict.IsJudged) yield return Html.Of($"""<p class="evidence">{Plain.Cut(verdict.Evidence, 600)}</p>""");
            yield break;
        }

        yield return Html.Of($"""
            <div class="scroll" role="region" tabindex="0" aria-label="Table: operations of {contract.Id}">
            <table class="proof sortable"><caption class="hidden">Operations of {contract.Id}</caption>
            <thead><tr><th scope="col" class="what">Operation<th scope="col" class="n">Weight<th scope="col" class="n">Optimized
                <th scope="col" class="n">C<th scope="col" class="n">N<th scope="col" class="n">X<th scope="col" class="n">Times C
                <th scope="col" class="n">95% interval
                <th scope="col" class="axis"><span class="hidden">Times
                C</span>{Html.Trusted(Axis.Header(Equal, "Times C: a hundredth, a tenth, as C, ten times"))}</thead>
            <tbody>
            {claim.Operations.Select(Row)}</table>
            </div>
            {(claim.Operations.Count > 1 && claim.GeometricMean is { } mean
                ? Html.Of($"""
                    <p class="note">Geometric mean of the quotients {Format.Significant(mean)}.
                    An operation more than 10% worse than C is marked.</p>
                    """)
                : null)}
            """);
        if (claim.Together is { } together)
        {
            yield return HtmlComponents.Table(
                $"Parts of {contract.Id}: the worst is its figure", ["Part", "Operations", "Times C", "95% interval", "Figure"],
                claim.Parts.Append(together).Select(part => (IReadOnlyList<Cell>)
                [
                    part.Name, Format.Count(part.Operations), Format.Significant(part.Ratio), Format.Interval(part.Interval),
                    ProvenWords.Figure(part, verdict),
                ]));
        }
    }

    private static Html Back(RunResult page, Verdict verdict) => page.Verdicts.Any(target => target.Id == verdict.Id)
        ? Html.Of($""" <a href="#{Trail.Place(verdict)}">Scoreboard</a>""")
        : Html.Nothing;

    private static Html Row(ProvenOperation operation) => Html.Of($"""
        <tr><th scope="row">{(operation.IsWorse
            ? Html.Of($"""<strong class="is-worse">{new Name(operation.Name)}</strong>""")
            : Html.Of($"{new Name(operation.Name)}"))}
        <td class=n>{Format.Significant(operation.Weight)}
        <td class=n>{Figure(operation.Optimized, operation.Unit)}
        <td class=n>{Figure(operation.Careful, operation.Unit)}
        <td class=n>{Figure(operation.Naive, operation.Unit)}
        <td class=n>{Figure(operation.Expert, operation.Unit)}
        <td class="n{(operation.IsWorse ? " is-worse" : "")}">{ProvenWords.Times(operation)}
        <td class=n>{(operation is { TimesInterval: null, Calls: 0 } ? "exact" : ProvenWords.Interval(operation))}
        <td class="axis">{Html.Trusted(Bullet(operation))}

        """);

    private static string Bullet(ProvenOperation operation)
    {
        var row = Axis.Line(Equal);
        if (operation.TimesInterval is { IsFinite: true } interval)
            row.Whisker(interval.Low, operation.IsLowerBound ? operation.Times : interval.High);
        return row.Dot(operation.Times).ToSvg($"{operation.Name}: {ProvenWords.Times(operation)} times C");
    }

    private static string Figure(double? value, string unit) => value is not { } there ? "–"
        : unit == "bytes" ? Format.Bytes(there) : Format.Figure(there, unit);
}
