using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using LoadHarness.Core.Measurement;
using LoadHarness.Postgres.Workload;
using LoadHarness.Seeding;

namespace LoadHarness.Scenarios.Answers;

/// <summary>
/// How many leads of a workspace meet what the scenarios ask for, from the seed and not from the database. A sample spread over all of
/// them: its counts are lower bounds, and of a small workspace they are exact.
/// </summary>
public sealed class SeededAnswers
{
    /// <summary>Leads that are read together: a sample of many blocks is spread over the whole.</summary>
    private const long LargestBlock = 100;

    private const long SmallestBlock = 10;

    /// <summary>Fewer matches in the sample than this say too little of the whole.</summary>
    private const int Telling = 30;

    /// <summary>Imports write over custom fields and names of seeded leads: so large a share of a count may have gone.</summary>
    private const int KeptOfTwo = 2;

    /// <summary>Of fewer than these all may have gone.</summary>
    private const int Few = 5;

    private readonly SeedManifest _seed;
    private readonly SeededWorkspace _workspace;
    private readonly long _sampled;
    private readonly Dictionary<string, long> _statuses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _tags = new(StringComparer.Ordinal);
    private readonly Dictionary<(string?, string?), long> _plans = [];
    private readonly Dictionary<string, long> _found = new(StringComparer.Ordinal);
    private readonly long[] _segments = new long[SegmentCorpus.Conditions.Count];
    private readonly Lazy<long> _activeLeads;

    /// <param name="terms">That are searched for.</param>
    /// <param name="sampled">Leads to look at.</param>
    internal SeededAnswers(SeedManifest seed, SeededWorkspace workspace, IEnumerable<string> terms, long sampled)
    {
        (_seed, _workspace) = (seed, workspace);
        _activeLeads = new(() => ParallelEnumerable.Range(0, checked((int)workspace.Leads))
            .LongCount(lead => SeededLeads.StatusOf(seed.Seed, workspace.LeadId(lead + 1L)) == "active"));
        string[] asked = [.. terms];
        JsonObject[] segments = [.. SegmentCorpus.Conditions.Select(conditions => JsonNode.Parse(conditions)!.AsObject())];
        // One by one: forty thousand of them together are 80 MB, the most that the program would ever hold.
        foreach (var lead in Sample(seed, workspace, sampled))
        {
            _sampled++;
            CountValues(lead);
            if (lead.Status == "active") CountTerms(lead, asked);
            for (var place = 0; place < segments.Length; place++)
                if (SegmentOracle.Matches(lead, segments[place])) _segments[place]++;
        }
    }

    public long InStatus(string status) => _statuses.GetValueOrDefault(status);

    public long Tagged(string tag) => _tags.GetValueOrDefault(tag);

    public long OnPlan(string plan, string country) => Kept(_plans.GetValueOrDefault((plan, country)));

    /// <summary>All of them, not those of the sample.</summary>
    public long ActiveLeads => _activeLeads.Value;

    public long Active => _statuses.GetValueOrDefault("active");

    /// <param name="term">In small letters; looked for among active leads.</param>
    public long Found(string term) => Kept(_found.GetValueOrDefault(term));

    /// <param name="newLeads">That the run has imported since, into any workspace.</param>
    /// <returns>Between which two a count is plausible.</returns>
    public (long Least, long Most) CountOf(int segment, long newLeads)
    {
        var perSampled = (double)_workspace.Leads / _sampled;
        var matches = _segments[segment];
        // A database that earlier runs imported into may hold any number more.
        var highest = _seed.Reused
            ? long.MaxValue
            : (long)(KeptOfTwo * (matches + Telling) * perSampled * (_workspace.Leads + newLeads) / _workspace.Leads);
        return (matches < Telling ? 0 : (long)Math.Ceiling(matches * perSampled / KeptOfTwo), highest);
    }

    public long InSegment(int segment) => Kept(_segments[segment]);

    /// <summary>
    /// Where the blocks of a sample begin, from 1. No two of them overlap: a lead that is counted twice is no lower bound.
    /// </summary>
    /// <param name="leads">At least as many as all blocks hold.</param>
    public static IEnumerable<long> FirstsOf(long leads, long rows, long blocks) =>
        Enumerable.Range(0, (int)blocks).Select(block => 1 + (blocks == 1 ? 0 : block * (leads - rows) / (blocks - 1)));

    private static long Kept(long matches) => matches < Few ? 0 : matches / KeptOfTwo;

    private static IEnumerable<SegmentLead> Sample(SeedManifest seed, SeededWorkspace workspace, long sampled)
    {
        var rows = Math.Clamp(sampled, SmallestBlock, LargestBlock);
        if (workspace.Leads <= Math.Max(sampled, rows)) return Read(1, workspace.Leads);
        return FirstsOf(workspace.Leads, rows, Math.Max(1, sampled / rows)).SelectMany(first => Read(first, rows));

        IEnumerable<SegmentLead> Read(long first, long count) =>
            SeededLeads.Read(seed.Seed, seed.SeededAtMonth, workspace.LeadId(first), (int)count).Select(Lead);
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

    private void CountValues(SegmentLead lead)
    {
        Add(_statuses, lead.Status);
        foreach (var tag in lead.Tags) Add(_tags, tag);
        Add(_plans, (Text(lead, "plan"), Text(lead, "country")));
    }

    private void CountTerms(SegmentLead lead, string[] terms)
    {
        var text = $"{lead.Email}\n{lead.Name}\n{lead.Company}".ToLowerInvariant();
        foreach (var term in terms)
            if (Holds(text, term)) Add(_found, term);
    }

    private static void Add<TKey>(Dictionary<TKey, long> counts, TKey key)
        where TKey : notnull => CollectionsMarshal.GetValueRefOrAddDefault(counts, key, out _)++;
}
