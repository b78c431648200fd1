namespace LoadHarness.IntegrationTests.Infrastructure;

internal static class Containers
{
    /// <summary>Set where the job has started an engine, so that its silence is a fault.</summary>
    private const string EnvironmentVariable = "LOADHARNESS_REQUIRE_CONTAINER";

    /// <param name="fault">Why no engine answers; null when one does.</param>
    public static void Require(string? fault)
    {
        if (fault is null) return;
        var reason = $"No container engine answers: {fault}";
        if (Environment.GetEnvironmentVariable("CI") == "true" && !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(EnvironmentVariable))) Assert.Fail(reason);
        Assert.Skip(reason);
    }
}
