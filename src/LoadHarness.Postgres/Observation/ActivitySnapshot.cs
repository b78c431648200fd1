using System.Diagnostics;
using LoadHarness.Core.Measurement;

namespace LoadHarness.Postgres.Observation;

/// <summary>Sessions and counters at one moment.</summary>
/// <param name="Timestamp">Of <see cref="Stopwatch"/>: the wall clock may be set back, this one never is.</param>
/// <param name="ServerCpu">Null where the server's processes cannot be read.</param>
/// <param name="GeneratorCpu">Null where another program makes the load.</param>
internal sealed record ActivitySnapshot(
    DateTimeOffset AtUtc,
    long Timestamp,
    ActivityLook Sessions,
    ServerCounters Counters,
    TimeSpan? ServerCpu,
    long? ServerResidentBytes,
    TimeSpan? GeneratorCpu)
{
    /// <summary>Transactions that the sampler itself has ended in this database, all of them told to the counters.</summary>
    public long OwnTransactions { get; init; }

    /// <returns>Null when no time has passed, or a counter went back: then there is no rate.</returns>
    public DatabaseSample? Since(ActivitySnapshot before, string? scenario, string? phase)
    {
        var seconds = Stopwatch.GetElapsedTime(before.Timestamp, Timestamp).TotalSeconds;
        if (seconds <= 0 || !Counters.Follows(before.Counters)) return null;
        var transactions = Counters.Transactions - before.Counters.Transactions - (OwnTransactions - before.OwnTransactions);
        var (hit, read) = (Counters.BlocksHit - before.Counters.BlocksHit, Counters.BlocksRead - before.Counters.BlocksRead);
        return new(
            AtUtc, scenario, Sessions.Active, Sessions.Waiting, Sessions.IdleInTransaction, Sessions.Connections,
            hit + read > 0 ? (double)hit / (hit + read) : null,
            (double)(Counters.WalBytes - before.Counters.WalBytes) / seconds,
            Math.Max(0, transactions) / seconds,
            Cores(ServerCpu - before.ServerCpu, seconds),
            ServerResidentBytes)
        {
            Phase = phase,
            LockWaits = Sessions.LockWaits,
            TempBytesPerSecond = (Counters.TempBytes - before.Counters.TempBytes) / seconds,
            IoSecondsPerSecond = (Counters.IoMilliseconds - before.Counters.IoMilliseconds) / 1000 / seconds,
            Checkpoints = (int)(Counters.Checkpoints - before.Counters.Checkpoints),
            AutovacuumWorkers = Sessions.AutovacuumWorkers,
            GeneratorCpuCores = Cores(GeneratorCpu - before.GeneratorCpu, seconds),
        };
    }

    // A server process that ended between two readings takes its time along, until its parent has collected it.
    private static double? Cores(TimeSpan? used, double seconds) => used is { } time ? Math.Max(0, time.TotalSeconds) / seconds : null;
}
