using System.CommandLine;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Comparing.Proving;
using LoadHarness.Core;
using LoadHarness.Core.Input;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Proving;
using LoadHarness.Reporting;

namespace LoadHarness.Cli.Verbs;

/// <summary><c>prove</c>: every percentage claim against a careful team's baseline, by definitions that are files.</summary>
internal static class ProveVerb
{
    private static string ClaimsFolder => Path.Combine(AppContext.BaseDirectory, "scenarios", "claims");

    public static Verb Create(CommandLineOptions words)
    {
        var quick = new Option<bool>("--quick") { Description = "Few and short turns: minutes instead of an hour, and wider intervals." };
        var claims = new Option<string?>("--claims") { Description = "Only these, such as RE-2,ER-1. Default: all.", HelpName = "IDS" };
        var markdown = new Option<string?>("--markdown")
        {
            Description = "Write the report to this file too, such as docs/results.md. What stands after its line "
                + $"'{MarkdownFile.KeptMark}' stays.",
            HelpName = "FILE",
        };
        var evidence = new Option<string?>("--evidence")
        {
            Description = $"Measure nothing: judge again what an earlier proof measured and left as {MeasuredProof.FileName}.",
            HelpName = "FILE",
        };
        return new(
            new Command("prove",
                "Measure and judge every percentage claim (RE, ER): the optimized schema against published baselines on the base schema."),
            [
                words.Contacts, words.Seed, words.Settings, words.Targets, words.Out, words.Keep, words.Json, quick, claims, markdown,
                evidence,
            ],
            (parsed, cancellationToken) => ExecuteAsync(
                words.Read(parsed, parsed.GetValue(evidence) is null
                    ? []
                    : FormOptions.Faults(
                        parsed, "prove --evidence", "measures nothing", words.Contacts, words.Seed, words.Settings, words.Keep, quick)),
                words.OutGiven(parsed) ?? Path.Combine("reports", "prove"),
                new(parsed.GetValue(quick), parsed.GetValue(claims), parsed.GetValue(markdown), parsed.GetValue(evidence)),
                cancellationToken));
    }

    private static async Task<ExitCode> ExecuteAsync(
        HarnessOptions options, string directory, Asking asking, CancellationToken cancellationToken)
    {
        if (asking.Markdown is not null) OutputFile.Require("--markdown", asking.Markdown);
        var contracts = Asked(ClaimFiles.Read(ClaimsFolder, options.Targets, Prover.Operations), asking.Claims);
        var evidence = asking.Evidence is { } file ? await MeasuredProof.ReadAsync(file, cancellationToken) : null;
        var asked = evidence is null
            ? options
            : options with { Contacts = evidence.Unjudged.Contacts, Seed = evidence.Unjudged.Seed, FromEvidence = true };
        return await ComparedRun.MeasureAsync(asked, directory, "prove", async progress =>
        {
            var measured = evidence ?? await MeasuredAsync(asked, directory, asking, contracts, progress, cancellationToken);
            var proof = measured.Judge(contracts, asked.Targets);
            if (asking.Markdown is not null)
                await MarkdownFile.WriteAsync(asking.Markdown, ProofText.Of(proof), CancellationToken.None);
            return proof;
        }, evidence?.Unjudged.Origin());
    }

    private static Task<MeasuredProof> MeasuredAsync(
        HarnessOptions options, string directory, Asking asking, IReadOnlyList<ClaimContract> contracts, IStageProgress progress,
        CancellationToken cancellationToken)
    {
        var command = $"prove --contacts {options.Contacts}{(asking.Quick ? " --quick" : "")}"
            + (asking.Claims is null ? "" : $" --claims {asking.Claims}");
        var plan = asking.Quick ? ProofPlan.Quick : ProofPlan.Standard;
        return new Prover(plan, CrmRows.Of(options), options.ServerProfile, options.Keep, progress)
        {
            Keep = measured => KeepAsync(measured, directory),
        }.MeasureAsync(contracts, options.Targets, command, HostFacts.Read(), cancellationToken);
    }

    private static Task KeepAsync(MeasuredProof measured, string directory)
    {
        Directory.CreateDirectory(directory);
        return WholeFile.WriteAsync(
            Path.Combine(directory, MeasuredProof.FileName), stream => measured.WriteAsync(stream, CancellationToken.None));
    }

    private static IReadOnlyList<ClaimContract> Asked(IReadOnlyList<ClaimContract> contracts, string? claims)
    {
        if (claims is null) return contracts;
        var ids = claims.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var known = contracts.Select(contract => contract.Id).ToList();
        if (ids.FirstOrDefault(id => !known.Contains(id)) is { } unknown)
            throw new HarnessException($"--claims: there is no claim '{unknown}'. {Spelling.Advice(unknown, known)}.", ExitCode.BadUsage);
        return [.. contracts.Where(contract => ids.Contains(contract.Id))];
    }

    /// <param name="Claims">Ids with commas between them; null for all.</param>
    /// <param name="Evidence">The file of an earlier proof that is judged again; null to measure.</param>
    private sealed record Asking(bool Quick, string? Claims, string? Markdown, string? Evidence);
}
