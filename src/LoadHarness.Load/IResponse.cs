namespace LoadHarness.Load;

/// <summary>How one iteration ended.</summary>
public interface IResponse
{
    bool IsError { get; }

    /// <summary>Why it failed, without values that came from data: equal messages are counted together. Empty for a success.</summary>
    string Message { get; }

    /// <summary>SQLSTATE of the error; null for a success and where none is known.</summary>
    string? Code => null;

    /// <summary>Things done, such as rows imported; 0 where the request is the thing.</summary>
    long Items { get; }
}
