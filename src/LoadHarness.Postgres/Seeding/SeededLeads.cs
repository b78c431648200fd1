using System.Collections.Concurrent;
using System.Text;
using LoadHarness.Postgres.Seeding.Rows;

namespace LoadHarness.Postgres.Seeding;

/// <summary>Leads of the primary workspace as they were seeded, computed instead of read: lead <c>row</c> (from 1) has id <c>row</c>.</summary>
public static class SeededLeads
{
    private static readonly ConcurrentDictionary<ulong, LeadDraws> Known = new();

    /// <summary>The address of a lead. Pure and cheap (well under a microsecond) once the seed's vocabulary is made.</summary>
    public static string EmailOf(ulong seed, long row)
    {
        Span<byte> email = stackalloc byte[LeadDraws.LongestEmail];
        return Encoding.ASCII.GetString(email[..For(seed).WriteEmail(row, email)]);
    }

    public static string StatusOf(ulong seed, long row)
    {
        var draws = For(seed);
        return draws.Words.Statuses[draws.Status(row)];
    }

    // E-mail and status do not depend on the calendar, so any one will do here.
    private static LeadDraws For(ulong seed) =>
        Known.GetOrAdd(seed, key => new LeadDraws(key, new SeedCalendar(new DateOnly(2026, 1, 1))));
}
