using LoadHarness.Load;

namespace LoadHarness.Comparing.Arms;

/// <summary>The scenarios of one arm with their connections. Disposing closes them.</summary>
internal interface IArmBench : IAsyncDisposable
{
    /// <summary>Operations and set-up of those that are compared, without a load.</summary>
    IReadOnlyList<ScenarioProps> Scenarios { get; }

    /// <summary>Whether each call of it is thousands of statements that change rows: a whole import or campaign.</summary>
    bool IsWrite(string scenario);
}
