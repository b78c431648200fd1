using LoadHarness.Comparing.Arms;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Seeding;

[assembly: AssemblyFixture(typeof(LoadHarness.EndToEndTests.Program.SeededSnapshot))]

namespace LoadHarness.EndToEndTests.Program;

/// <summary>
/// One seeded cluster that programs start from with <c>--reuse</c>: to make one takes longer than most of what the tests look at. The first
/// test that wants it makes it, in a cache of these tests' own.
/// </summary>
public sealed class SeededSnapshot : IAsyncDisposable
{
    /// <summary>What a program must be told to find it.</summary>
    public static IReadOnlyList<string> Options { get; } = ["--contacts", $"{Request.Contacts}", "--database", "native", "--reuse"];

    private readonly TemporaryDirectory _cache = new();
    private readonly Lazy<Task> _made;

    public SeededSnapshot()
    {
        // The programs that the tests start inherit it.
        Environment.SetEnvironmentVariable("LOADHARNESS_CACHE", _cache.Path);
        _made = new(() => SeededTemplate.MakeAsync(
            Request, ServerProfile.Checklist, null, keep: true, SilentProgress.Instance, CancellationToken.None));
    }

    private static SeedRequest Request => new(2_000, 42, Environment.ProcessorCount);

    public Task MakeAsync() => _made.Value;

    public ValueTask DisposeAsync()
    {
        _cache.Dispose();
        return ValueTask.CompletedTask;
    }
}
