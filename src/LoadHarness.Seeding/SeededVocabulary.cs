using System.Collections.Concurrent;
using LoadHarness.Seeding.Rows;

namespace LoadHarness.Seeding;

/// <summary>The words that seeded rows are made of, most frequent first. A pure function of the seed.</summary>
public sealed class SeededVocabulary
{
    private static readonly ConcurrentDictionary<ulong, Lazy<SeededVocabulary>> Known = new();

    private static readonly string[] LeadingTags =
        ["newsletter", "customer", "trial", "webinar", "lead-magnet", "vip", "partner", "churned", "event", "blog"];

    // Free mail first, as lists of consumers have it. Everything is below .example (RFC 2606): no seeded address can ever receive mail.
    private static readonly string[] FreeMail =
        ["freemail", "webpost", "mailbox", "inbox", "fastmail", "postbox", "letterbox", "quickmail", "homemail", "airmail"];

    private SeededVocabulary(ulong seed)
    {
        var words = new BogusWords(seed);
        FirstNameTable = WordTable.Even(words.FirstNames(1200));
        LastNameTable = WordTable.Zipf(words.LastNames(1500), flatten: 30);
        CompanyTable = WordTable.Zipf(words.Companies(2000), flatten: 10);
        PositionTable = WordTable.Zipf(words.JobTitles(300), flatten: 5);
        TagTable = WordTable.Zipf([.. LeadingTags, .. words.Tags(190)]);
        DomainTable = WordTable.Zipf(DomainNames(CompanyTable.Words));
        CountryTable = WordTable.Zipf(
            ["US", "GB", "DE", "FR", "BR", "ES", "PL", "CA", "IN", "NL", "IT", "SE", "TR", "AU", "MX", "CZ", "JP", "CN", "AT", "CH", "PT",
            "IE", "DK", "NO", "FI"]);
        SourceTable = WordTable.Weighted(
            ("website", 38), ("import", 22), ("landing_page", 14), ("api", 10), ("referral", 7), ("event", 5), ("ads", 4));
        PlanTable = WordTable.Weighted(("free", 60), ("starter", 22), ("pro", 13), ("enterprise", 5));
        StatusTable = WordTable.Weighted(("active", 880), ("unsubscribed", 80), ("bounced", 35), ("complained", 5));
        FirstSlugs = WordTable.Even(Slugs(FirstNameTable.Words));
        LastSlugs = WordTable.Even(Slugs(LastNameTable.Words));
        Subjects = words.Sentences(200);
    }

    public IReadOnlyList<string> Tags => TagTable.Words;

    public IReadOnlyList<string> Sources => SourceTable.Words;

    public IReadOnlyList<string> Companies => CompanyTable.Words;

    public IReadOnlyList<string> Positions => PositionTable.Words;

    public IReadOnlyList<string> Plans => PlanTable.Words;

    public IReadOnlyList<string> Countries => CountryTable.Words;

    public IReadOnlyList<string> Domains => DomainTable.Words;

    public IReadOnlyList<string> FirstNames => FirstNameTable.Words;

    public IReadOnlyList<string> LastNames => LastNameTable.Words;

    public IReadOnlyList<string> Statuses => StatusTable.Words;

    internal IReadOnlyList<string> Subjects { get; }

    internal WordTable FirstNameTable { get; }

    internal WordTable LastNameTable { get; }

    internal WordTable FirstSlugs { get; }

    internal WordTable LastSlugs { get; }

    internal WordTable CompanyTable { get; }

    internal WordTable PositionTable { get; }

    internal WordTable TagTable { get; }

    internal WordTable DomainTable { get; }

    internal WordTable CountryTable { get; }

    internal WordTable SourceTable { get; }

    internal WordTable PlanTable { get; }

    internal WordTable StatusTable { get; }

    /// <summary>Made once a seed and kept: the first call takes a fraction of a second.</summary>
    public static SeededVocabulary For(ulong seed) => Known.GetOrAdd(seed, key => new(() => new SeededVocabulary(key))).Value;

    private static string[] Slugs(IReadOnlyList<string> names) =>
        [.. names.Select(name => Slug.Of(name) is { Length: > 1 } slug ? slug : "user")];

    private static string[] DomainNames(IReadOnlyList<string> companies) =>
        [.. FreeMail.Concat(companies.Select(Slug.Of).Where(slug => slug.Length > 2)).Distinct(StringComparer.Ordinal)
            .Select(name => name + ".example")];
}
