using System.Collections.Concurrent;
using System.Text;
using LoadHarness.Postgres.Copying;
using LoadHarness.Postgres.Workload;
using LoadHarness.Seeding.Rows;

namespace LoadHarness.Seeding;

/// <summary>
/// Leads of the primary workspace as they were seeded, computed instead of read: lead <c>row</c> (from 1) has id <c>row</c>.
/// </summary>
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

    /// <summary>
    /// Leads as the rows of a file. Beyond the seeded ones they are those that would have signed up next: new, and drawn alike.
    /// </summary>
    /// <param name="newestMonth">The newest month that was seeded.</param>
    public static IEnumerable<ImportRow> FileOf(ulong seed, DateOnly newestMonth, long first, int rows)
    {
        var encoder = new LeadEncoder(seed, new LeadDraws(seed, new SeedCalendar(newestMonth)));
        var buffer = new CopyBuffer();
        for (var row = first; row < first + rows; row++)
        {
            buffer.Clear();
            encoder.Encode(SeedPlan.PrimaryWorkspaceId, row, buffer);
            yield return FileRow(buffer.Written.Span);
        }
    }

    /// <summary>Leads with what a file does not say of them.</summary>
    /// <param name="newestMonth">The newest month that was seeded.</param>
    public static IEnumerable<SeededLead> Read(ulong seed, DateOnly newestMonth, long first, int rows)
    {
        var draws = new LeadDraws(seed, new SeedCalendar(newestMonth));
        return FileOf(seed, newestMonth, first, rows).Select((row, index) => new SeededLead(
            row, draws.Words.Statuses[draws.Status(first + index)], SeedCalendar.Utc(draws.CreatedAt(first + index, out _))));
    }

    // The columns as the encoder writes them; a file has no id, workspace, status and times.
    private static ImportRow FileRow(ReadOnlySpan<byte> encoded)
    {
        var fields = new CopyRowReader(encoded);
        fields.Skip(2);
        var (email, name, phone, company, position, source) =
            (fields.Text(), fields.TextOrNull(), fields.TextOrNull(), fields.TextOrNull(), fields.TextOrNull(), fields.Text());
        fields.Skip(1);
        return new(email, name, phone, company, position, source, fields.TextArray(), fields.Json());
    }

    // E-mail and status do not depend on the calendar, so any one will do here.
    private static LeadDraws For(ulong seed) =>
        Known.GetOrAdd(seed, key => new LeadDraws(key, new SeedCalendar(new DateOnly(2026, 1, 1))));
}

/// <summary>A lead as it was seeded.</summary>
public sealed record SeededLead(ImportRow Row, string Status, DateTime CreatedAtUtc);
