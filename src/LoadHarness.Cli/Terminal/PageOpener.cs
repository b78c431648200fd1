using System.ComponentModel;
using System.Diagnostics;
using LoadHarness.Postgres.Provisioning;

namespace LoadHarness.Cli.Terminal;

/// <summary>
/// <c>--open</c>: shows a page in the person's browser. A machine without a display is told where the page is, and no verb fails.
/// </summary>
internal static class PageOpener
{
    public static void Open(TerminalOutput terminal, string page)
    {
        if (Failure(Path.GetFullPath(page)) is { } reason) terminal.Line($"--open: {reason} The page is {page}");
    }

    /// <returns>Why nothing was opened; null when a browser was asked.</returns>
    private static string? Failure(string page)
    {
        if (OperatingSystem.IsWindows()) return Start(new(page) { UseShellExecute = true });
        if (OperatingSystem.IsLinux() && !HasDisplay()) return "there is no display here.";
        var opener = OperatingSystem.IsMacOS() ? "open" : "xdg-open";
        // Through a shell: what a browser says goes nowhere, and it lives on when this program has ended.
        return ProgramPath.Find(opener) is not null
            ? Start(new("/bin/sh", ["-c", $"exec {opener} \"$1\" >/dev/null 2>&1 </dev/null", "sh", page]))
            : $"{opener} is not on the PATH.";
    }

    private static bool HasDisplay() => IsSet("DISPLAY") || IsSet("WAYLAND_DISPLAY");

    private static bool IsSet(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 };

    private static string? Start(ProcessStartInfo start)
    {
        try
        {
            using var started = Process.Start(start);
            return null;
        }
        catch (Exception failure) when (failure is Win32Exception or InvalidOperationException or PlatformNotSupportedException)
        {
            return $"{start.FileName} could not be started: {failure.Message.TrimEnd('.')}.";
        }
    }
}
