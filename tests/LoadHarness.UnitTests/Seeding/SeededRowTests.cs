using LoadHarness.Seeding;

namespace LoadHarness.UnitTests.Seeding;

public sealed class SeededRowTests
{
    private const string Golden = "edb2eda72a9f72d48f5b8409f912bb83";

    private static readonly SeedRequest Request = new(2_000, 42, 1) { SeededAtMonth = new DateOnly(2026, 10, 1) };

    // When this fails, every kept database and every baseline is of other rows: change the constant only on purpose, and say so in
    // CHANGELOG.md.
    [Fact]
    public void The_rows_of_a_pinned_request_never_change() => Assert.Equal(Golden, SeedChecksum.Of(Request));

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
}
