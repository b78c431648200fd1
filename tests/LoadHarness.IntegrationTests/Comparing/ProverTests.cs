using LoadHarness.Comparing.Proving;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;
using LoadHarness.IntegrationTests.Infrastructure;

namespace LoadHarness.IntegrationTests.Comparing;

/// <summary>
/// Claims about a few operations, on the optimized and the base schema of one small seeded cluster; one baseline is wrong on purpose.
/// </summary>
public sealed class ProverTests(PostgresCluster cluster, SmallTemplate template)
{
    private static readonly ProofPlan Plan = ProofPlan.Quick with
    {
        Rounds = 4,
        WriteRounds = 4,
        Turn = TimeSpan.FromMilliseconds(20),
        ImportRows = 500,
        Compared = 3,
        Connections = 3,
    };

    private static readonly HostEnvironment Host = new("an OS", "a CPU", 2, 1L << 30, "10", false);

    [Fact]
    public async Task Claims_have_figures_by_baseline_C_and_other_rows_make_a_claim_invalid()
    {
        Assert.NotNull(cluster.Server);
        var cancellationToken = TestContext.Current.CancellationToken;
        var folder = WithWrongStatement();
        try
        {
            var targets = TargetFile.Parse(
                await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "scenarios", "targets.json"), cancellationToken));
            IReadOnlyList<ClaimContract> contracts =
            [
                Claim("RE-1", ClaimStatistic.AnonymousMemory, "lead-queries/email_lookup"),
                Claim("RE-2", ClaimStatistic.IndexBytes),
                Claim("RE-3", ClaimStatistic.BlocksPerRequest, "lead-queries/recent_leads", "segmentation/count_5",
                    "lead-search/deep_page"),
                Claim("ER-1", ClaimStatistic.MeanResponseTime, "lead-queries/recent_leads", "lead-queries/tag_filter"),
                Claim("ER-2", ClaimStatistic.MeanResponseTime, "bulk-import/import"),
                Claim("ER-3", ClaimStatistic.MeanResponseTime, "campaign-send/campaign"),
            ];
            var kept = new List<MeasuredProof>();
            var measured = await new Prover(Plan, SmallTemplate.Rows, ServerProfile.Checklist, keep: false, SilentProgress.Instance)
            {
                Baselines = new(folder),
                Template = await template.MakeAsync(),
                Keep = soFar =>
                {
                    kept.Add(soFar);
                    return Task.CompletedTask;
                },
            }.MeasureAsync(contracts, targets, "prove", Host, cancellationToken);
            var proof = measured.Judge(contracts, targets);

            // Whatever ends it, the stages before are not lost.
            Assert.Equal(["Two copies", "Rows compared"], kept[0].Unjudged.Stages.Select(stage => stage.Stage));
            Assert.NotNull(kept[0].Judge(contracts, targets).Claims.Single(claim => claim.Contract.Id == "RE-2").Verdict.Figure);
            Assert.Same(measured, kept[^1]);
            Assert.Equal((Host, Host.Words()), (proof.Host, proof.Machine));

            var claims = proof.Claims.ToDictionary(claim => claim.Contract.Id);
            Assert.Contains("invalid: results differ: lead-queries/tag_filter: call 1, row ", claims["ER-1"].Verdict.Reason,
                StringComparison.Ordinal);
            Assert.Null(claims["ER-1"].Verdict.Figure);
            // More indexes are more bytes: a miss that is told as one.
            Assert.True(claims["RE-2"].Verdict is { Kind: VerdictKind.Missed, Figure: < 0 });
            Assert.True(claims["RE-3"].Operations.All(
                operation => operation.Optimized < operation.Careful && operation.Naive >= operation.Careful), ProofText.Of(proof));
            // Scans touch the same blocks in each call: two batches are enough to know that.
            Assert.All(claims["RE-3"].Operations, operation => Assert.InRange(operation.Calls, 4, 40));
            Assert.Equal(
                ["Two copies", "Rows compared", "Blocks and times of reads", "Memory", "Imports and campaigns"],
                proof.Stages.Select(stage => stage.Stage));
            Assert.InRange(proof.Stages.Sum(stage => stage.Duration.TotalSeconds) / proof.Duration.TotalSeconds, 0.5, 1);
            Assert.All(["ER-2", "ER-3"], id =>
                Assert.True(claims[id].Operations is [{ Optimized: > 0, Careful: > 0, Naive: > 0, Expert: > 0 }], claims[id]
                .Verdict.Reason));
            Assert.NotEqual(VerdictKind.Met, claims["RE-1"].Verdict.Kind);
            // A session is one of the server's processes; where /proc cannot be read there is neither.
            Assert.Equal(measured.Evidence.Memory.Count, measured.Evidence.ConnectionMemory.Count);
            Assert.All(measured.Evidence.Memory.Zip(measured.Evidence.ConnectionMemory),
                round => Assert.InRange(round.Second.Optimized, 500_000, round.First.Optimized / 3));
            Assert.Equal(["RE-2", "RE-3", "ER-2", "ER-3"], proof.Comparisons.Select(comparison => comparison.Id).Where(id => id != "RE-1"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ClaimContract Claim(string id, ClaimStatistic statistic, params string[] operations) =>
        new(id, id, "d", "C", statistic, [.. operations.Select(name => new ClaimedOperation(name, 1))], "n");

    /// <summary>The shipped baselines, but C filters tags oldest first: as many rows, and other ones.</summary>
    private static string WithWrongStatement()
    {
        var folder = Directory.CreateTempSubdirectory("baselines-").FullName;
        foreach (var file in Directory.EnumerateFiles(Baselines.Shipped.Folder, "*.sql", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(Baselines.Shipped.Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        var leads = Path.Combine(folder, "c", "leads.sql");
        const string right = "tags @> array[$2::text]\norder by created_at desc, id desc";
        var text = File.ReadAllText(leads);
        Assert.Contains(right, text, StringComparison.Ordinal);
        File.WriteAllText(leads, text.Replace(right, right.Replace("desc", "asc", StringComparison.Ordinal), StringComparison.Ordinal));
        return folder;
    }
}
