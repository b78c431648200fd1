namespace LoadHarness.IntegrationTests.Infrastructure;

internal static class Containers
{
    /// <summary>Set where the job has started an engine, so that its silence is a fault.</summary>
    private const string EnvironmentVariable = "LOADHARNESS_REQUIRE_CONTAINER";

    /// <param name="fault">Why no engine answers; null when one does.</param>
    public static void Require(string? fault) => RequireOfItsJob(fault is null ? null : $"No container engine answers: {fault}");

    /// <summary>For what a job that may start an engine may do as well, such as mounting a file system.</summary>
    /// <param name="reason">What is missing; null when nothing is.</param>
    public static void RequireOfItsJob(string? reason)
    {
        if (reason is null) return;
        if (Environment.GetEnvironmentVariable("CI") == "true"
            && !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(EnvironmentVariable))) Assert.Fail(reason);
        Assert.Skip(reason);
    }
}
