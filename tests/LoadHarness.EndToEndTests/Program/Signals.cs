using System.Globalization;
using System.Runtime.InteropServices;

namespace LoadHarness.EndToEndTests.Program;

/// <summary>Signals to processes, as the C library sends them.</summary>
internal static partial class Signals
{
    public const int HangUp = 1;
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Halt = 19;

    /// <returns>Zero when there is such a process.</returns>
    [LibraryImport("libc", EntryPoint = "kill")]
    public static partial int Send(int process, int signal);

    /// <summary>
    /// A shell starts what it puts in the background with SIGINT ignored, and nohup with SIGHUP; children inherit that. SIGTERM then takes
    /// the same way.
    /// </summary>
    public static int OrTerminate(int signal) => IsIgnored(signal) ? Terminate : signal;

    private static bool IsIgnored(int signal)
    {
        const string status = "/proc/self/status";
        var line = File.Exists(status) ? File.ReadLines(status)
            .FirstOrDefault(text => text.StartsWith("SigIgn:", StringComparison.Ordinal)) : null;
        return line is not null && (ulong.Parse(line["SigIgn:".Length..].Trim(), NumberStyles.HexNumber) & (1UL << (signal - 1))) != 0;
    }
}
