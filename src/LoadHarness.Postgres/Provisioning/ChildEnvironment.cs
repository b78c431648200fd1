using System.Collections;
using System.Diagnostics;
using CliWrap.Builders;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>
/// What a started program gets of this one's environment: what it needs to run. Connection strings and tokens are none of its business.
/// </summary>
/// <remarks>
/// A process's environment can be read by its account as long as it runs, and the server's account is another one than root's.
/// </remarks>
internal static class ChildEnvironment
{
    private static readonly string[] Needed =
        ["PATH", "LANG", "TZ", "TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SystemRoot", "windir", "PATHEXT",
            "COMSPEC"];

    public static EnvironmentVariablesBuilder Clean(this EnvironmentVariablesBuilder variables)
    {
        foreach (var name in Unneeded())
            variables.Set(name, null);
        return variables;
    }

    public static ProcessStartInfo Clean(this ProcessStartInfo start)
    {
        foreach (var name in Unneeded())
            start.Environment.Remove(name);
        return start;
    }

    private static IEnumerable<string> Unneeded() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .Select(entry => (string)entry.Key)
        .Where(name => !Needed.Contains(name, StringComparer.OrdinalIgnoreCase) && !name.StartsWith("LC_", StringComparison.Ordinal));
}
