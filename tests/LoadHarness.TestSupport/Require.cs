namespace LoadHarness.TestSupport;

/// <summary>A missing tool skips a test on a developer's machine and fails it in CI.</summary>
public static class Require
{
    /// <param name="reason">What is missing and how to get it; null when nothing is.</param>
    public static void Present(string? reason)
    {
        if (reason is null) return;
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(reason);
        Assert.Skip(reason);
    }
}
