namespace LoadHarness.Load.Recording;

/// <summary>
/// What a response says, read once and outside every lock: a response is a caller's code, which may throw, block or answer null.
/// </summary>
internal readonly record struct Reply(bool IsError, ErrorKind Error, long Items)
{
    // Messages are keys in every report; a whole statement as a message would fill them.
    private const int LongestMessage = 300;
    private const int LongestCode = 20;

    public static Reply Of(IResponse? response)
    {
        if (response is null) return Failed("The scenario's function returned no response (null).");
        try
        {
            if (response.IsError) return Failed(response.Message, response.Code);
            var items = response.Items;
            return items >= 0 ? new(false, default, items) : Failed("The response has a negative number of items.");
        }
        catch (Exception unreadable)
        {
            return Failed($"The response could not be read: {Failure.MessageOf(unreadable)}");
        }
    }

    private static Reply Failed(string? message, string? code = null) => new(
        true,
        new(string.IsNullOrWhiteSpace(code) ? null : Short(code, LongestCode),
            Short(string.IsNullOrWhiteSpace(message) ? "failed" : message, LongestMessage)),
        0);

    private static string Short(string text, int longest) => text.Length <= longest ? text : text[..longest] + "... (cut)";
}

/// <summary>Errors that are counted together.</summary>
/// <param name="Code">SQLSTATE; null where none is known.</param>
internal readonly record struct ErrorKind(string? Code, string Message);
