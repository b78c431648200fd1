using LoadHarness.Comparing.Arms;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Seeding;

[assembly: AssemblyFixture(typeof(LoadHarness.IntegrationTests.Comparing.SmallTemplate))]

namespace LoadHarness.IntegrationTests.Comparing;

/// <summary>
/// One small seeded cluster that the arms of all tests are copied from; the first that wants it makes it. What an arm does stays in its
/// copy.
/// </summary>
public sealed class SmallTemplate : IAsyncDisposable
{
    private readonly Lazy<Task<SeededTemplate>> _made = new(() => SeededTemplate.MakeAsync(
        Rows, ServerProfile.Checklist, null, keep: false, SilentProgress.Instance, CancellationToken.None));

    public static SeedRequest Rows { get; } = new(5_000, 42, Environment.ProcessorCount);

    public Task<SeededTemplate> MakeAsync() => _made.Value;

    public async ValueTask DisposeAsync()
    {
        if (_made.IsValueCreated && _made.Value.IsCompletedSuccessfully) await (await _made.Value).DisposeAsync();
    }
}
