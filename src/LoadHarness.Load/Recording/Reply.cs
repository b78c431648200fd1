namespace LoadHarness.Load.Recording;

/// <summary>What a response says, read once and outside every lock: a response is a caller's code, which may throw, block or answer null.</summary>
internal readonly record struct Reply(bool IsError, string Message, long Items)
{
    // Messages are keys in every report; a whole statement as a message would fill them.
    private const int LongestMessage = 300;

    public static Reply Of(IResponse? response)
    {
        if (response is null) return Failed("The scenario's function returned no response (null).");
        try
        {
            if (response.IsError) return Failed(response.Message);
            var items = response.Items;
            return items >= 0 ? new(false, "", items) : Failed("The response has a negative number of items.");
        }
        catch (Exception unreadable)
        {
            return Failed($"The response could not be read: {MessageOf(unreadable)}");
        }
    }

    /// <summary>Kind and first line of an exception: what follows is often the statement and its values.</summary>
    public static string MessageOf(Exception exception)
    {
        try
        {
            return $"{exception.GetType().Name}: {exception.Message.Split('\n')[0].TrimEnd()}";
        }
        catch (Exception)
        {
            // An exception is a caller's class too.
            return exception.GetType().Name;
        }
    }

    private static Reply Failed(string? message) => new(true, Short(string.IsNullOrWhiteSpace(message) ? "failed" : message), 0);

    private static string Short(string message) => message.Length <= LongestMessage ? message : message[..LongestMessage] + "... (cut)";
}
