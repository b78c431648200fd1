namespace LoadHarness.Core;

/// <summary>
/// A fault that a person can act on: its message says what failed, with which input, and what to do next. No stack trace is shown.
/// </summary>
public sealed class HarnessException : Exception
{
    public HarnessException(string message, ExitCode exitCode = ExitCode.Fault, Exception? inner = null)
        : base(message, inner) => ExitCode = exitCode;

    public ExitCode ExitCode { get; }
}
