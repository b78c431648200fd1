namespace LoadHarness.TestSupport;

/// <summary>A directory for one test, removed at its end.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("loadharness-report-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
