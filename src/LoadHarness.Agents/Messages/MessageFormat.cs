using System.Text;
using System.Text.Json;
using LoadHarness.Core;
using LoadHarness.Core.Input;
using LoadHarness.Core.Output;

namespace LoadHarness.Agents.Messages;

/// <summary>Messages as JSON. What comes in is held against its record before anything of it is used.</summary>
internal static class MessageFormat
{
    /// <summary>Of one message. NATS itself takes no more than 1 MiB unless it is told to.</summary>
    public const int LargestMessage = 768 * 1024;

    /// <summary>Of a fault that is sent back.</summary>
    private const int LongestFault = 2_000;

    // No JSON begins like this.
    private const byte FaultMark = (byte)'!';

    private static readonly JsonShape Shape = new(JsonFormat.Line, unknownFieldsAreFaults: true);

    public static byte[] Write<T>(T message) => JsonSerializer.SerializeToUtf8Bytes(message, JsonFormat.Line);

    /// <summary>Instead of an answer: why there is none.</summary>
    public static byte[] WriteFault(string fault) =>
        [FaultMark, .. Encoding.UTF8.GetBytes(fault.Length <= LongestFault ? fault : fault[..LongestFault])];

    /// <exception cref="HarnessException">It is no such message, or the other side's fault.</exception>
    public static T Read<T>(ReadOnlySpan<byte> message, string from, int largest = LargestMessage)
    {
        if (message.Length > largest) throw new HarnessException($"{from} sent {message.Length} bytes; at most {largest} are read.");
        if (message.Length > 0 && message[0] == FaultMark)
            throw new HarnessException(Encoding.UTF8.GetString(message[1..]), ExitCode.BadUsage);
        if (Shape.Check<T>(message) is { Count: > 0 } faults)
            throw new HarnessException(
                $"{from} sent what is no {typeof(T).Name}: {string.Join("; ", InputFault.Lines("message", [.. faults.Take(3)]))}. "
                    + "Are all programs of one version?");
        return JsonSerializer.Deserialize<T>(message, JsonFormat.Line)!;
    }
}
