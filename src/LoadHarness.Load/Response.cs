namespace LoadHarness.Load;

public static class Response
{
    private static readonly Outcome Success = new(false, "", 0);

    private static readonly Task<IResponse> CompletedSuccess = Task.FromResult<IResponse>(Success);

    /// <param name="items">Things done by the iteration, such as rows imported.</param>
    public static IResponse Ok(long items = 0) => items == 0 ? Success : new Outcome(false, "", items);

    /// <summary>A success for a scenario that never waits: allocates nothing.</summary>
    public static Task<IResponse> OkTask() => CompletedSuccess;

    public static IResponse Fail(string message = "failed") => new Outcome(true, message, 0);

    private sealed record Outcome(bool IsError, string Message, long Items) : IResponse;
}
