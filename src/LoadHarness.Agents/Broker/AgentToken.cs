using System.Security.Cryptography;
using System.Text;
using LoadHarness.Core.Input;
using LoadHarness.Core.Statistics;

namespace LoadHarness.Agents.Broker;

/// <summary>
/// The secret that coordinator, agents and broker share. It comes from the environment or a file, never from the command line, which other
/// users of a machine can read, and is never printed.
/// </summary>
public static class AgentToken
{
    public const string EnvironmentVariable = "LOADHARNESS_AGENT_TOKEN";

    private const int Shortest = 16;
    private const int Longest = 200;
    private const int LargestFile = 4_096;

    /// <summary>256 bits, for a broker that is started for one run.</summary>
    public static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <param name="file">Null takes the environment's.</param>
    /// <param name="faults">Why there is none; nothing when it is returned.</param>
    public static string? Find(string? file, out IReadOnlyList<string> faults)
    {
        var (token, unreadable) = file is null ? (Environment.GetEnvironmentVariable(EnvironmentVariable), null) : Read(file);
        faults = unreadable is not null ? [unreadable]
            : string.IsNullOrEmpty(token)
                ? [$"The broker's token is not known: set {EnvironmentVariable}, or name its file with --token-file. "
                    + "For a new one: openssl rand -hex 32."]
            : token.Length is < Shortest or > Longest || token.Any(sign => !char.IsAsciiLetterOrDigit(sign) && sign is not ('-' or '_'))
                ? [$"The broker's token is not one: {Shortest} to {Longest} letters, digits, - and _ are allowed. "
                    + "For a new one: openssl rand -hex 32."]
            : [];
        return faults.Count == 0 ? token : null;
    }

    /// <summary>
    /// Keeps runs on one broker apart: what is heard of one token says nothing of another, and the token cannot be told from it.
    /// </summary>
    public static string SubjectOf(string token) =>
        $"loadharness.{TextHash.Of($"subject of {token}", 24)}";

    private static (string? Token, string? Fault) Read(string file)
    {
        var (bytes, fault) = InputFile.Read(file, LargestFile, "Give a file that holds the token alone");
        return fault is null
            ? (Encoding.UTF8.GetString(bytes).Trim(), null)
            : (null, $"--token-file {string.Join(" ", InputFault.Lines(file, [fault]))}");
    }
}
