namespace LoadHarness.Postgres.Workload;

/// <summary>
/// Deals the ids of leads out to the schedulers of a campaign, in their order. A chunk reserves a recipient for each of its ids, so that
/// all of them together never go past the number wanted; the ids that turn out to be no recipients give their places back.
/// </summary>
/// <param name="wanted">Recipients.</param>
internal sealed class RecipientChunks(long wanted, LeadRange leads, int schedulers)
{
    private readonly Lock _lock = new();
    private long _first = leads.First;
    private long _reserved;
    private long _scheduled;

    /// <summary>Recipients so far.</summary>
    public long Scheduled
    {
        get
        {
            lock (_lock) return _scheduled;
        }
    }

    // A small campaign is shared out evenly: one chunk of all of it would leave the other schedulers without work.
    private long AtOnce => leads.WholeChunks ? leads.AtOnce : Math.Clamp((wanted + schedulers - 1) / schedulers, 1, leads.AtOnce);

    /// <returns>
    /// Ids from the first to the last; null when they are used up, or when the recipients still wanted are those that chunks under way have
    /// reserved: who gives places back goes on with them.
    /// </returns>
    public (long First, long Last)? Next()
    {
        lock (_lock)
        {
            var lacking = wanted - _scheduled - (leads.WholeChunks ? 0 : _reserved);
            if (lacking <= 0 || _first > leads.Last) return null;
            var ids = leads.WholeChunks ? AtOnce : Math.Min(AtOnce, lacking);
            var chunk = (First: _first, Last: Math.Min(leads.Last, _first + ids - 1));
            _first = chunk.Last + 1;
            _reserved += IdsOf(chunk);
            return chunk;
        }
    }

    /// <summary>Takes note of what became of a chunk.</summary>
    /// <param name="recipients">Of its ids.</param>
    public void Done((long First, long Last) chunk, long recipients)
    {
        lock (_lock)
        {
            _reserved -= IdsOf(chunk);
            _scheduled += recipients;
        }
    }

    private static long IdsOf((long First, long Last) chunk) => chunk.Last - chunk.First + 1;
}
