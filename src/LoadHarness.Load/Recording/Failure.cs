using System.Data.Common;

namespace LoadHarness.Load.Recording;

/// <summary>What an exception says in a report.</summary>
/// <param name="Code">SQLSTATE; null where no database is the cause.</param>
internal readonly record struct Failure(string? Code, string Message)
{
    /// <summary>Deeper than this nobody looks: a caller's chain of causes may be a circle.</summary>
    private const int DeepestCause = 20;

    public static Failure Of(Exception? exception)
    {
        try
        {
            if (exception is null or OperationCanceledException) return new(null, "cancelled");
            return Cause(exception) is { SqlState: { } state } refusal
                ? new(state, WithoutCode(FirstLine(refusal), state))
                : new(null, Words(exception));
        }
        catch (Exception)
        {
            // An exception is a caller's class too: any of its properties may throw.
            return new(null, exception!.GetType().Name);
        }
    }

    /// <summary>Kind and first line of an exception: what follows is often the statement and its values.</summary>
    public static string MessageOf(Exception exception)
    {
        try
        {
            return Words(exception);
        }
        catch (Exception)
        {
            return exception.GetType().Name;
        }
    }

    private static DbException? Cause(Exception exception)
    {
        Exception? cause = exception;
        for (var depth = 0; cause is not null && depth < DeepestCause; depth++, cause = cause.InnerException)
            if (cause is DbException { SqlState.Length: > 0 } refusal)
                return refusal;
        return null;
    }

    // Some drivers repeat the code in front of the server's words.
    private static string WithoutCode(string message, string state) =>
        message.StartsWith(state + ": ", StringComparison.Ordinal) ? message[(state.Length + 2)..] : message;

    private static string Words(Exception exception) => $"{exception.GetType().Name}: {FirstLine(exception)}";

    private static string FirstLine(Exception exception) => exception.Message.Split('\n')[0].TrimEnd();
}
