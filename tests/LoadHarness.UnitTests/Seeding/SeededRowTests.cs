using LoadHarness.Core.Measurement;
using LoadHarness.Seeding;
using LoadHarness.Seeding.Rows;

namespace LoadHarness.UnitTests.Seeding;

public sealed class SeededRowTests
{
    // One for each version of the rows, the last one that of today. A line is never changed: other rows are another version.
    private static readonly string[] Golden =
    [
        "edb2eda72a9f72d48f5b8409f912bb83",
        "e8fb0b679db227a96f5411f9b2d30340",
    ];

    private static readonly SeedRequest Request = new(2_000, 42, 1) { SeededAtMonth = new DateOnly(2026, 10, 1) };

    // When this fails, every kept database and every baseline is of other rows: raise SeedRequest.RowsVersion and add the checksum, only on
    // purpose, and say so in CHANGELOG.md.
    [Fact]
    public void The_rows_of_a_pinned_request_change_with_their_version_and_never_without() =>
        Assert.Equal((Golden.Length, Golden[^1]), (SeedRequest.RowsVersion, SeedChecksum.Of(Request)));

    [Fact]
    public void Identity_and_snapshot_name_the_version_of_the_rows()
    {
        Assert.EndsWith($", rows version {SeedRequest.RowsVersion}", Request.Identity, StringComparison.Ordinal);
        Assert.Contains($"-rows{SeedRequest.RowsVersion}-pg15-", Request.SnapshotFor(15).Directory, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_that_differ_by_their_month_alone_are_the_ones_that_were_asked_for()
    {
        var later = Request with { SeededAtMonth = new DateOnly(2027, 1, 1), Workers = 3 };

        Assert.Equal(later with { SeededAtMonth = Request.SeededAtMonth }, later.WithMonthOf(Request.Identity));
        // Whatever made them: that is compared next.
        Assert.Equal(Request.SeededAtMonth, later.WithMonthOf(Request.Identity[..Request.Identity.IndexOf(',', 30)]).SeededAtMonth);
        foreach (var other in (SeedRequest[])[Request with { Seed = 4 }, Request with { Contacts = 12_000 },
            Request with { Spread = new(20, 1) }])
            Assert.Equal(later, later.WithMonthOf(other.Identity));
        Assert.Equal(later, later.WithMonthOf("2000 contacts, seed 42, 24 months to 2026-1"));
        Assert.Null(Request.Remark(Request.SeededAtMonth));
    }

    // The newest month of the second is the shortest there is: nothing may have to be cut at its end.
    [Theory]
    [InlineData("2026-10-01")]
    [InlineData("2026-02-01")]
    public void Mail_is_opened_within_two_days_rather_early_than_late_and_each_step_follows_the_one_before(string newestMonth)
    {
        var calendar = new SeedCalendar(DateOnly.Parse(newestMonth));
        var rows = SendsOf(8_000, calendar);
        var hours = rows.Where(row => row.OpenedAt is not null)
            .Select(row => (row.Opened - row.Delivered) / (double)SeedCalendar.Hour).ToList();

        Assert.InRange(hours.Count, 3_000, 6_000);
        Assert.InRange(hours.Max(), 40, 48.01);
        foreach (var limit in new[] { 1, 3, 12, 24, 40 })
        {
            // Four standard deviations of a binomial share.
            var expected = Math.Sqrt(limit / 48.0);
            var around = 4 * Math.Sqrt(expected * (1 - expected) / hours.Count);
            Assert.InRange(hours.Count(hour => hour < limit) / (double)hours.Count, expected - around, expected + around);
        }

        Assert.All(rows, row => Assert.True(
            row.CreatedAt < row.Sent && row.Sent < row.Delivered && row.Delivered < row.Opened && row.Opened < row.Clicked
                && row.Clicked < calendar.End - 1, $"{row}"));
    }

    [Fact]
    public void Another_seed_scale_or_month_gives_other_rows()
    {
        var checksums = new[] { Request, Request with { Seed = 43 }, Request with { Contacts = 2_001 },
            Request with { SeededAtMonth = new DateOnly(2026, 9, 1) } }.Select(SeedChecksum.Of);
        Assert.Equal(4, checksums.Distinct().Count());
    }

    [Fact]
    public void The_number_of_workers_and_the_chunks_are_no_part_of_the_identity() =>
        Assert.Equal(Request.Identity, (Request with { Workers = 8, LeadsPerChunk = 7 }).Identity);

    [Fact]
    public void No_seeded_month_lies_in_the_future()
    {
        Assert.Equal(new DateOnly(2026, 10, 1), SeedCalendar.LastFullMonth(new DateTime(2026, 11, 1, 0, 0, 0, DateTimeKind.Utc)));
        Assert.Equal(new DateOnly(2025, 12, 1), SeedCalendar.LastFullMonth(new DateTime(2026, 1, 31, 23, 59, 59, DateTimeKind.Utc)));
    }

    [Fact]
    public void Addresses_are_unique_lower_case_and_within_the_lengths_of_RFC_5321()
    {
        var emails = Enumerable.Range(1, 100_000).Select(row => SeededLeads.EmailOf(42, row)).ToArray();
        Assert.Equal(emails.Length, emails.Distinct(StringComparer.Ordinal).Count());
        Assert.All(emails, email => Assert.Matches("^[a-z]+\\.[a-z]+[0-9]+@[a-z]+\\.example$", email));
        Assert.All(emails, email => Assert.InRange(email.IndexOf('@'), 3, 64));
        Assert.Contains(emails, email => email.IndexOf('@') > 50);
    }

    [Fact]
    public void Domains_follow_Zipfs_law()
    {
        var domains = SeededVocabulary.For(42).Domains;
        var counts = Enumerable.Range(1, 100_000).Select(row => SeededLeads.EmailOf(42, row).Split('@')[1]).CountBy(domain => domain)
            .ToDictionary();
        foreach (var rank in new[] { 2, 4, 8 })
            Assert.InRange((double)counts[domains[0]] / counts[domains[rank - 1]], 0.9 * rank, 1.1 * rank);
    }

    private static List<SendRow> SendsOf(int leads, SeedCalendar calendar)
    {
        var sends = new SendDraws(42, new LeadDraws(42, calendar), new SeedPlan(leads, WorkspaceSpread.One));
        var (rows, ofLead) = (new List<SendRow>(), new SendRow[SendDraws.MostPerLead]);
        for (var lead = 1; lead <= leads; lead++)
            rows.AddRange(ofLead.Take(sends.Fill(SeedPlan.PrimaryWorkspaceId, lead, ofLead)));
        return rows;
    }
}
