using LoadHarness.Core.Progress;

namespace LoadHarness.IntegrationTests.Infrastructure;

/// <summary>Keeps the sentences for people.</summary>
internal sealed class Notes : IStageProgress
{
    public List<string> Sentences { get; } = [];

    public void Note(string sentence)
    {
        lock (Sentences) Sentences.Add(sentence);
    }

    public ICountedTask Begin(string name, long? total, string unit) => SilentProgress.Instance.Begin(name, total, unit);
}
