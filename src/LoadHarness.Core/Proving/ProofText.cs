using System.Text;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Proving;

/// <summary>
/// A proof for people, as Markdown that also reads well on a terminal: one table of all claims, then each with its operations.
/// </summary>
public static class ProofText
{
    public static string Of(Proof proof)
    {
        var text = new StringBuilder();
        text.Append("# What was claimed, and what was measured\n\n");
        text.Append($"{proof.StartedUtc:yyyy-MM-dd HH:mm} UTC, {Format.Duration(proof.Duration)}. ");
        text.Append($"`loadharness {MarkdownText.Of(proof.Command)}` on {MarkdownText.Of(proof.Machine)}, "
            + $"PostgreSQL {MarkdownText.Of(proof.Optimized.Version)}. ");
        text.Append($"**{proof.Contacts:N0} leads**, seed {proof.Seed}. ");
        if (proof.Contacts < 2_000_000) text.Append("The claims are made for 2,000,000: figures at this scale may differ from theirs. ");
        if (proof.Quick) text.Append("`--quick`: few and short turns, so the intervals are wide. ");
        text.Append("\n\nEach claim but RE-4 is judged against baseline **C**, a careful team on the base schema, and against no other. ");
        text.Append("RE-4 compares pooled with unpooled connections, as its requirement words it. ");
        text.Append("**N** is the way of known systems, **X** an expert's. ");
        text.Append("All baselines are files in `sql/baselines`, all definitions files in `scenarios/claims`. ");
        text.Append("Both arms have the same rows, server settings, fresh statistics, prepared statements and arguments; ");
        text.Append("what reads a whole workspace on the base schema is planned with its values at each call; ");
        text.Append("the rows that come back are compared. An operation more than 10% worse than C is **bold**.\n");
        Summary(text, proof.Claims);
        foreach (var claim in proof.Claims) Claim(text, claim);
        return text.Append(StageText.Of(proof.Stages)).ToString();
    }

    private static void Summary(StringBuilder text, IReadOnlyList<ProvenClaim> claims)
    {
        text.Append(
            "\n| claim | | verdict | figure | 95% interval | required | worst operation, times C |\n|---|---|---|---:|---:|---:|---|\n");
        foreach (var claim in claims)
        {
            var verdict = claim.Verdict;
            text.Append($"| {MarkdownText.Of(verdict.Id)} | {MarkdownText.Of(claim.Contract.Claim)} | {CheckReport.Word(verdict.Kind)} | "
                + $"{VerdictWords.Figure(verdict)} | ");
            text.Append($"{VerdictWords.Interval(verdict)} | {Format.Limit(verdict)} | "
                + $"{(claim.Worst is { } worst ? $"{Name(worst)} {Times(worst)}" : "–")} |\n");
        }

        text.Append($"\n{CheckReport.Tally(claims.Select(claim => claim.Verdict))}.\n");
    }

    private static void Claim(StringBuilder text, ProvenClaim claim)
    {
        var (contract, verdict) = (claim.Contract, claim.Verdict);
        text.Append($"\n## {MarkdownText.Of(contract.Id)}: {MarkdownText.Of(contract.Claim)}\n\n");
        text.Append($"{MarkdownText.Of(VerdictWords.Line(verdict))}.\n\nDefinition: {MarkdownText.Of(contract.Definition)} ");
        text.Append($"Baseline: {MarkdownText.Of(contract.Baseline)}. Must not get worse: {MarkdownText.Of(contract.NotWorse)}\n");
        if (claim.Operations.Count == 0 && verdict.IsJudged)
            text.Append($"\n{MarkdownText.Of(verdict.Evidence)}\n");
        foreach (var caveat in verdict.Caveats) text.Append($"\n- {MarkdownText.Of(caveat)}\n");
        if (claim.Operations.Count == 0) return;
        text.Append(
            "\n| operation | weight | calls | optimized | C | N | X | times C | 95% |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|\n");
        foreach (var operation in claim.Operations) Operation(text, operation);
        Parts(text, claim);
        if (claim.Operations.Count > 1)
            text.Append($"\nGeometric mean of the ratios: {Format.Significant(claim.GeometricMean ?? 0)}. "
                + $"Worst: {Name(claim.Worst!)}, {Times(claim.Worst!)}.\n");
    }

    private static void Parts(StringBuilder text, ProvenClaim claim)
    {
        if (claim.Together is not { } together) return;
        text.Append("\nThe worst part is the claim's figure; all together stand next to it.\n\n"
            + "| part | operations | times C | 95% | figure |\n|---|---:|---:|---:|---:|\n");
        foreach (var part in claim.Parts.Append(together))
            text.Append($"| {MarkdownText.Of(part.Name)} | {part.Operations} | {Format.Significant(part.Ratio)} | "
                + $"{Format.Interval(part.Interval)} | {ProvenWords.Figure(part, claim.Verdict)} |\n");
    }

    private static void Operation(StringBuilder text, ProvenOperation operation)
    {
        text.Append($"| {Name(operation)} | {Format.Significant(operation.Weight)} | "
            + $"{(operation.Calls > 0 ? operation.Calls.ToString("N0") : "–")} | {Value(operation.Optimized)} | "
            + $"{Value(operation.Careful)} | {Value(operation.Naive)} | {Value(operation.Expert)} | ");
        text.Append($"{Times(operation)} | {ProvenWords.Interval(operation)} |\n");
        string Value(double? value) => value is { } there ? ProvenOperations.Value(there, operation.Unit) : "–";
    }

    private static string Name(ProvenOperation operation) => operation.IsWorse
        ? $"**{MarkdownText.Of(operation.Name)}**"
        : MarkdownText.Of(operation.Name);

    private static string Times(ProvenOperation operation)
    {
        var times = ProvenWords.Times(operation);
        return operation.IsWorse ? $"**{times}**" : times;
    }
}
