using System.Collections.Concurrent;
using LoadHarness.Core.Progress;

namespace LoadHarness.IntegrationTests.Seeding;

/// <summary>Keeps how far each stage said it was, and how far it meant to go.</summary>
internal sealed class CountedStages : IStageProgress
{
    private readonly ConcurrentDictionary<string, Stage> _stages = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, Stage> Stages => _stages;

    public void Note(string sentence)
    {
    }

    public ICountedTask Begin(string name, long? total, string unit) => _stages[name] = new Stage(total);

    internal sealed class Stage(long? total) : ICountedTask
    {
        private long _done;

        public long? Total { get; } = total;

        public long Done => Interlocked.Read(ref _done);

        public void Advance(long more) => Interlocked.Add(ref _done, more);

        public void Dispose()
        {
        }
    }
}
