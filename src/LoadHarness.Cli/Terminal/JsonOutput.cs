using System.Text.Json;
using LoadHarness.Core.Output;

namespace LoadHarness.Cli.Terminal;

/// <summary>The one object that <c>--json</c> puts on standard output.</summary>
internal static class JsonOutput
{
    /// <summary>A fault that comes after it has no object of its own.</summary>
    public static bool IsWritten { get; private set; }

    public static void Write<T>(T value)
    {
        IsWritten = true;
        Console.Out.WriteLine(JsonSerializer.Serialize(value, JsonFormat.Options));
    }
}
