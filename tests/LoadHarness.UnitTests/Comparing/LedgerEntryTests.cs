using LoadHarness.Comparing.Ledger;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.UnitTests.Comparing;

public sealed class LedgerEntryTests
{
    private static readonly IndexReason Wanted = new("leads_email_hash_idx", ["IX-3"], "an exact address");
    private static readonly CounterChange Worse = new("lead-queries/email_lookup", CounterNames.Blocks, 4, 80, 0, null);

    [Fact]
    public void An_index_without_a_reader_needs_a_reason()
    {
        Assert.Equal(VerdictKind.Missed, Entry().Verdict().Kind);
        Assert.Contains("nothing wants it", Entry().Verdict().Evidence, StringComparison.Ordinal);
        Assert.Equal(VerdictKind.Met, (Entry() with { Reason = Wanted }).Verdict().Kind);
        Assert.Contains("IX-3", (Entry() with { Reason = Wanted }).Verdict().Evidence, StringComparison.Ordinal);
        Assert.Equal(VerdictKind.Met, (Entry() with { Worse = [Worse] }).Verdict().Kind);
        Assert.Equal(VerdictKind.Met, (Entry() with { Failures = ["bulk-import fails without it"] }).Verdict().Kind);
    }

    [Fact]
    public void What_there_is_none_of_with_the_index_is_told_first() => Assert.Equal(
        "lead-queries/tag_filter blocks 0 to 8; segmentation/count blocks 10 to 90 (9x); lead-search/by_term blocks 10 to 20 (2x)",
        (Entry() with
        {
            Worse =
            [
                Sample.Blocks("lead-search/by_term", 10, 20), Sample.Blocks("segmentation/count", 10, 90),
                Sample.Blocks("lead-queries/tag_filter", 0, 8),
            ],
        }).Sentence());

    [Fact]
    public void A_plan_that_changes_at_no_more_blocks_is_no_service() =>
        Assert.Equal(VerdictKind.Missed, (Entry() with
        {
            Plans = [new("email_lookup", ["Index Scan using a on leads"], ["Index Scan using b on leads"])],
        }).Verdict().Kind);

    [Fact]
    public void A_key_is_stated_and_a_second_key_over_the_same_columns_is_missed()
    {
        Assert.Equal(VerdictKind.Stated, Entry(["the constraint leads_pkey"]).Verdict().Kind);
        var second = Entry(["the constraint leads_pkey"], ["leads_other_key"]).Verdict();
        Assert.Equal(VerdictKind.Missed, second.Kind);
        Assert.Contains("leads_other_key", second.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reason_for_an_index_that_is_not_there_is_missed()
    {
        var ledger = new IndexLedger("optimized", 5_000, 42, DateTimeOffset.UnixEpoch, TimeSpan.Zero, "15", [Entry() with
        {
            Worse = [Worse],
        }], ["old_idx"]);
        Assert.Equal(ExitCode.TargetMissed, ExitCodes.Of(ledger.Verdicts));
        Assert.Contains("old_idx", LedgerText.Of(ledger), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("optimized", false, true)]
    [InlineData("optimized,sql=own.sql,work_mem=8MB", false, true)]
    [InlineData("optimized,without=leads_email_hash_idx", false, false)]
    [InlineData("base", false, false)]
    [InlineData("git:v0.1.0", false, false)]
    [InlineData("dir:sql", false, false)]
    [InlineData("base", true, true)]
    public void Shipped_reasons_are_judged_by_the_schema_that_ships_with_them_and_given_ones_by_any(
        string arm, bool areOfArm, bool isStale)
    {
        List<string> expected = isStale ? [Wanted.Index] : [];

        Assert.Equal(expected, IndexReasons.Stale([Wanted], areOfArm, ArmSpecification.Parse("--arm", arm), ["leads_pkey"]));
    }

    [Fact]
    public void The_reviewed_file_is_readable_and_every_wrong_line_of_another_is_named()
    {
        Assert.NotEmpty(IndexReasons.Read(IndexReasons.DefaultFile));
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path,
                """
                {"reasons": [{"index": "a", "requirements": ["IX-99"], "for": "x"},
                    {"index": "b", "requirements": [], "for": "x"},
                    {"index": "a", "requirements": ["IX-1"], "for": "x"}]}
                """);
            var fault = Assert.Throws<HarnessException>(() => IndexReasons.Read(path));
            Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
            Assert.All(["IX-99", "b: give", "a stands 2 times"], part => Assert.Contains(part, fault.Message, StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static LedgerEntry Entry(string[]? neededBy = null, string[]? twins = null) =>
        new(new("leads_email_hash_idx", "leads", "create index ...", 8_192, neededBy ?? [], twins ?? []), ["lead-queries"], [], [], [],
            [], null);
}
