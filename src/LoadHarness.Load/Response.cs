using LoadHarness.Load.Recording;

namespace LoadHarness.Load;

public static class Response
{
    private static readonly Outcome Success = new(false, "", null, 0);

    private static readonly Task<IResponse> CompletedSuccess = Task.FromResult<IResponse>(Success);

    /// <param name="items">Things done by the iteration, such as rows imported.</param>
    public static IResponse Ok(long items = 0) => items == 0 ? Success : new Outcome(false, "", null, items);

    /// <summary>A success for a scenario that never waits: allocates nothing.</summary>
    public static Task<IResponse> OkTask() => CompletedSuccess;

    /// <param name="message">Why, without values that come from data: equal messages are counted together. Null is "failed".</param>
    /// <param name="code">SQLSTATE, where the failure has one: reports group by it.</param>
    public static IResponse Fail(string? message = "failed", string? code = null) => new Outcome(true, message ?? "failed", code, 0);

    /// <summary>An iteration that threw: the database's own code and words, where they are the cause.</summary>
    public static IResponse Threw(Exception? exception)
    {
        var (code, message) = Failure.Of(exception);
        return Fail(message, code);
    }

    private sealed record Outcome(bool IsError, string Message, string? Code, long Items) : IResponse;
}
