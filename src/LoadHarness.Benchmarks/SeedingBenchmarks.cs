using BenchmarkDotNet.Attributes;
using LoadHarness.Postgres.Copying;
using LoadHarness.Seeding;
using LoadHarness.Seeding.Rows;

namespace LoadHarness.Benchmarks;

/// <summary>One value drawn, and one whole lead generated into PostgreSQL's binary COPY format.</summary>
[MemoryDiagnoser]
public class SeedingBenchmarks
{
    private const ulong Seed = 1;
    private readonly CopyBuffer _buffer = new();
    private LeadEncoder _encoder = null!;
    private long _row;

    [GlobalSetup]
    public void MakeVocabulary()
    {
        _encoder = new LeadEncoder(Seed, new LeadDraws(Seed, new SeedCalendar(new DateOnly(2026, 11, 1))));
        _buffer.Begin();
    }

    [Benchmark]
    public string DrawAnEmail() => SeededLeads.EmailOf(Seed, ++_row);

    [Benchmark]
    public void EncodeALead()
    {
        if (!_buffer.HasRoom) _buffer.Clear();
        _encoder.Encode(1, ++_row, _buffer);
    }
}
