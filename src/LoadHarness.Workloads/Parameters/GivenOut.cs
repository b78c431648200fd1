using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Npgsql;

namespace LoadHarness.Workloads.Parameters;

/// <summary>
/// What the program has given out for a database: UUIDs and numbers that become keys are to be new, also when the same seed is played
/// again. Each database counts for itself, so that two arms of a comparison get the same.
/// </summary>
internal sealed class GivenOut
{
    /// <summary>Another one each time the program starts: the rows of the last time may be there.</summary>
    private static readonly long First = BinaryPrimitives.ReadInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(long)));

    private static readonly ConcurrentDictionary<(string? Host, int Port, string? Database), GivenOut> Known = new();

    private readonly Sequence _uuids = new();
    private readonly ConcurrentDictionary<string, Sequence> _sequences = new(StringComparer.Ordinal);

    public static GivenOut In(string connectionString)
    {
        var server = new NpgsqlConnectionStringBuilder(connectionString);
        return Known.GetOrAdd((server.Host, server.Port, server.Database), _ => new());
    }

    /// <returns>A draw of a <see cref="UuidSource"/>.</returns>
    public long NextUuid() => unchecked(First + (long)_uuids.Next());

    /// <summary>The places of a parameter that gives out one number after the other.</summary>
    public Sequence SequenceOf(string parameter) => _sequences.GetOrAdd(parameter, _ => new());
}

/// <summary>Counts from 0, each number once.</summary>
internal sealed class Sequence
{
    private long _next = -1;

    public ulong Next() => (ulong)Interlocked.Increment(ref _next);
}
