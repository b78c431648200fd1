using System.Text.Json.Nodes;
using LoadHarness.Core.Measurement;
using LoadHarness.Postgres.Workload;
using LoadHarness.Seeding;

namespace LoadHarness.Scenarios.Answers;

/// <summary>
/// How many leads meet what the scenarios ask for, from the seed and not from the database. A sample spread over all of them: its counts
/// are lower bounds, and of a small database they are exact.
/// </summary>
public sealed class SeededAnswers
{
    /// <summary>Under a second of work, once a run and before anything is measured.</summary>
    private const long Sampled = 40_000;

    private const int BlockRows = 100;

    /// <summary>Fewer matches in the sample than this say too little of the whole.</summary>
    private const int Telling = 30;

    /// <summary>Imports write over custom fields and names of seeded leads: so large a share of a count may have gone.</summary>
    private const int KeptOfTwo = 2;

    private readonly SeedManifest _seed;
    private readonly List<SegmentLead> _leads;
    private readonly Dictionary<string, long> _statuses;
    private readonly Dictionary<string, long> _tags;
    private readonly Dictionary<(string?, string?), long> _plans;
    private readonly List<string> _texts;
    private readonly IReadOnlyList<long> _segments;
    private readonly Lazy<long> _activeLeads;

    public SeededAnswers(SeedManifest seed)
    {
        _seed = seed;
        _activeLeads = new(() => ParallelEnumerable.Range(0, checked((int)seed.Contacts))
            .LongCount(lead => SeededLeads.StatusOf(seed.Seed, lead + 1L) == "active"));
        _leads = [.. Sample(seed)];
        _statuses = _leads.CountBy(lead => lead.Status).ToDictionary(pair => pair.Key, pair => (long)pair.Value);
        _tags = _leads.SelectMany(lead => lead.Tags).CountBy(tag => tag).ToDictionary(pair => pair.Key, pair => (long)pair.Value);
        _plans = _leads.CountBy(lead => (Text(lead, "plan"), Text(lead, "country")))
            .ToDictionary(pair => pair.Key, pair => (long)pair.Value);
        _texts = [.. _leads.Where(lead => lead.Status == "active")
            .Select(lead => $"{lead.Email}\n{lead.Name}\n{lead.Company}".ToLowerInvariant())];
        _segments = [.. SegmentCorpus.Conditions.Select(MatchesOf)];
    }

    public Expectation InStatus(string status) =>
        Expectation.PageOf(_statuses.GetValueOrDefault(status), row => row.GetString(4) == status);

    public Expectation Tagged(string tag) => Expectation.PageOf(_tags.GetValueOrDefault(tag));

    public Expectation OnPlan(string plan, string country) => Expectation.PageOf(_plans.GetValueOrDefault((plan, country)) / KeptOfTwo);

    public Expectation Newest => Expectation.PageOf(_seed.Contacts);

    /// <summary>All of them, not those of the sample.</summary>
    public long ActiveLeads => _activeLeads.Value;

    public Expectation Active => Expectation.PageOf(_statuses.GetValueOrDefault("active"));

    /// <param name="term">As the draws give it; looked for among active leads.</param>
    public long Found(string term) => _texts.LongCount(text => Holds(text, term)) / KeptOfTwo;

    /// <param name="newLeads">That the run has imported since.</param>
    public Expectation CountOf(int segment, long newLeads)
    {
        var perSampled = (double)_seed.Contacts / _leads.Count;
        var matches = _segments[segment];
        // A database that earlier runs imported into may hold any number more.
        var highest = _seed.Reused
            ? double.MaxValue
            : KeptOfTwo * (matches + Telling) * perSampled * (_seed.Contacts + newLeads) / _seed.Contacts;
        return Expectation.CountBetween(matches < Telling ? 0 : matches * perSampled / KeptOfTwo, highest);
    }

    public Expectation PageOfSegment(int segment) => Expectation.PageOf(_segments[segment] / KeptOfTwo);

    private static IEnumerable<SegmentLead> Sample(SeedManifest seed)
    {
        var blocks = Math.Max(1, Math.Min(seed.Contacts, Sampled) / BlockRows);
        if (seed.Contacts <= Sampled) return SeededLeads.Read(seed.Seed, seed.SeededAtMonth, 1, (int)seed.Contacts).Select(Lead);
        return Enumerable.Range(0, (int)blocks).SelectMany(block =>
            SeededLeads.Read(seed.Seed, seed.SeededAtMonth, 1 + (block * (seed.Contacts - BlockRows) / blocks), BlockRows).Select(Lead));
    }

    private static SegmentLead Lead(SeededLead lead) => new(
        lead.Row.Email, lead.Row.Name, lead.Row.Company, lead.Row.Source, lead.Status, lead.Row.Position, lead.Row.Tags,
        JsonNode.Parse(lead.Row.CustomFields)!.AsObject(), lead.CreatedAtUtc, lead.CreatedAtUtc);

    private static string? Text(SegmentLead lead, string field) => lead.CustomFields.TryGetPropertyValue(field, out var value)
        ? value?.ToString()
        : null;

    // As search does: a term that is too short for a trigram is looked for at the beginnings only.
    private static bool Holds(string text, string term) =>
        term.Length >= 3 ? text.Contains(term, StringComparison.Ordinal) : text.StartsWith(term, StringComparison.Ordinal)
            || text.Contains('\n' + term, StringComparison.Ordinal);

    private long MatchesOf(string conditions)
    {
        var segment = JsonNode.Parse(conditions)!.AsObject();
        return _leads.LongCount(lead => SegmentOracle.Matches(lead, segment));
    }
}
