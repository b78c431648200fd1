namespace LoadHarness.Core.Progress;

/// <summary>Where long work tells how far it is. Implementations are safe for concurrent callers.</summary>
public interface IStageProgress
{
    /// <summary>A sentence for people, on a line of its own.</summary>
    void Note(string sentence);

    /// <summary>A counted task; report rows done as they get done.</summary>
    /// <param name="total">Null when it is not known.</param>
    /// <param name="unit">Plural, such as <c>rows</c>.</param>
    ICountedTask Begin(string name, long? total, string unit);
}

/// <summary>Disposing marks the task as ended.</summary>
public interface ICountedTask : IDisposable
{
    /// <param name="more">Done since the last call, not in all.</param>
    void Advance(long more);
}

/// <summary>Says nothing: for tests and for <c>--json</c> callers that want none.</summary>
public sealed class SilentProgress : IStageProgress
{
    public static SilentProgress Instance { get; } = new();

    public void Note(string sentence)
    {
    }

    public ICountedTask Begin(string name, long? total, string unit) => new SilentTask();

    private sealed class SilentTask : ICountedTask
    {
        public void Advance(long more)
        {
        }

        public void Dispose()
        {
        }
    }
}
