using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>
/// What a process writes into a file that may outlive it: its number, and when it started. Numbers come again: the first process of a
/// container always has the same, and a machine that starts counts anew.
/// </summary>
internal static class ProcessMark
{
    /// <summary>Where /proc/PID/stat has the start, behind the name in parentheses: ticks since the machine started.</summary>
    private const int StartField = 22 - 3;

    /// <summary>Another one after each start of the machine; empty where the system does not tell.</summary>
    private static readonly string Boot = ReadBoot();

    public static string OfThis { get; } = $"{Environment.ProcessId} {StartOf(Environment.ProcessId)}";

    /// <summary>
    /// Whether the process that wrote the mark runs; null where the text is no mark, as of a file that a crash left empty.
    /// </summary>
    public static bool? IsAlive(string mark)
    {
        if (Parse(mark) is not { } parsed) return null;
        // Older versions wrote the number alone.
        return ServerAccount.IsAlive(parsed.Id) && (parsed.Start is null || parsed.Start == StartOf(parsed.Id));
    }

    /// <summary>Whether the machine was started again since, as far as the mark and the system tell.</summary>
    public static bool IsOfEarlierBoot(string mark) =>
        Boot.Length > 0 && Parse(mark)?.Start is { } start && !start.StartsWith(Boot, StringComparison.Ordinal);

    private static (int Id, string? Start)? Parse(string mark)
    {
        var words = mark.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words.Length is 1 or 2 && int.TryParse(words[0], NumberStyles.None, null, out var id)
            ? (id, words.Length == 2 ? words[1] : null)
            : null;
    }

    /// <summary>Null where there is no such process, or where it is another user's.</summary>
    private static string? StartOf(int processId)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                var status = File.ReadAllText($"/proc/{processId}/stat");
                return $"{Boot}/{status[(status.LastIndexOf(')') + 2)..].Split(' ')[StartField]}";
            }

            using var process = Process.GetProcessById(processId);
            return process.StartTime.ToUniversalTime().Ticks.ToString();
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException or ArgumentException
            or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }

    private static string ReadBoot()
    {
        try
        {
            return OperatingSystem.IsLinux() ? File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim() : "";
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
