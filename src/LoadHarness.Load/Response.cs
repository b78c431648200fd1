namespace LoadHarness.Load;

public static class Response
{
    private static readonly Outcome Success = new(false, "", 0);

    private static readonly Task<IResponse> CompletedSuccess = Task.FromResult<IResponse>(Success);

    /// <param name="items">Things done by the iteration, such as rows imported.</param>
    public static IResponse Ok(long items = 0) => items == 0 ? Success : new Outcome(false, "", items);

    /// <summary>A success for a scenario that never waits: allocates nothing.</summary>
    public static Task<IResponse> OkTask() => CompletedSuccess;

    /// <param name="message">Why, without values that come from data: equal messages are counted together. Null is "failed".</param>
    public static IResponse Fail(string? message = "failed") => new Outcome(true, message ?? "failed", 0);

    private sealed record Outcome(bool IsError, string Message, long Items) : IResponse;
}
