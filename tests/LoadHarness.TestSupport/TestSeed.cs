namespace LoadHarness.TestSupport;

/// <summary>The seed of a test that draws: printed, so that a failure can be seen again with LOADHARNESS_SEED.</summary>
public static class TestSeed
{
    private const string Variable = "LOADHARNESS_SEED";

    public static int Draw()
    {
        var seed = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given
            ? int.Parse(given)
            : Random.Shared.Next(1_000_000);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Variable}={seed}");
        return seed;
    }
}
