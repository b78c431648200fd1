using System.Text.Json;
using LoadHarness.Core.Output;

namespace LoadHarness.Cli.Terminal;

/// <summary>The one object that <c>--json</c> puts on standard output.</summary>
internal static class JsonOutput
{
    public static void Write<T>(T value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, JsonFormat.Options));
}
