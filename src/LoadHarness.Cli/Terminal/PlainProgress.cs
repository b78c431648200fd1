using LoadHarness.Core.Progress;

namespace LoadHarness.Cli.Terminal;

/// <summary>Progress as lines, for files and build logs: one at the start, one every few seconds, one at the end.</summary>
internal sealed class PlainProgress(TextWriter writer, TimeProvider clock) : IStageProgress
{
    /// <summary>Often enough to see that it moves, seldom enough for a log.</summary>
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Before this share is done no time left is told: of a thousand indexes and constraints, the first takes as long as half of the
    /// others.
    /// </summary>
    private const double ShareToForecastFrom = 0.1;

    public void Note(string sentence)
    {
        lock (writer) writer.WriteLine("   " + TerminalOutput.WithoutControls(sentence));
    }

    public ICountedTask Begin(string name, long? total, string unit) => new PlainTask(this, name, total, unit, clock);

    private sealed class PlainTask(PlainProgress owner, string name, long? total, string unit, TimeProvider clock) : ICountedTask
    {
        private readonly long _began = clock.GetTimestamp();
        private long _done;
        private long _spoken = clock.GetTimestamp();

        public void Advance(long more)
        {
            var now = Interlocked.Add(ref _done, more);
            var spoken = Interlocked.Read(ref _spoken);
            if (clock.GetElapsedTime(spoken) < Between) return;
            if (Interlocked.CompareExchange(ref _spoken, clock.GetTimestamp(), spoken) == spoken) owner.Note(Sentence(now));
        }

        public void Dispose() => owner.Note(
            $"{name}: {Interlocked.Read(ref _done):N0} {unit} in {clock.GetElapsedTime(_began).TotalSeconds:N1} s");

        private string Sentence(long done)
        {
            var rate = done / Math.Max(0.001, clock.GetElapsedTime(_began).TotalSeconds);
            if (total is not { } all) return $"{name}: {done:N0} {unit}, {rate:N0}/s";
            var sentence = $"{name}: {done:N0} of {all:N0} {unit}";
            return done < all * ShareToForecastFrom ? sentence : $"{sentence}, {rate:N0}/s, {Math.Max(0, all - done) / rate:N0} s left";
        }
    }
}
