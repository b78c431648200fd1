using System.Collections.Concurrent;
using LoadHarness.Core.Statistics;

namespace LoadHarness.Postgres.Workload;

/// <summary>
/// What one scenario sends: by it the server's statements and sessions are told apart from those of others that run at the same time.
/// </summary>
public sealed class SentStatements(string scenario)
{
    /// <summary>The server keeps so many bytes of an application name.</summary>
    private const int LongestName = 63;

    private const string Prefix = "loadharness/";

    private readonly ConcurrentDictionary<string, string> _operations = new();

    public string Scenario => scenario;

    /// <summary>Of all its sessions.</summary>
    public string ApplicationName { get; } = NameOf(scenario);

    /// <summary>Notes that a statement is sent. Cheap: it is asked before every statement.</summary>
    public void Add(string statement) => _operations.TryAdd(statement, "");

    /// <summary>Notes which operation sends a statement.</summary>
    public void Add(string statement, string operation)
    {
        if (_operations.TryGetValue(statement, out var known) && known == operation) return;
        _operations[statement] = operation;
    }

    /// <summary>Each statement with its operation, empty where nobody said.</summary>
    public IReadOnlyList<(string Statement, string Operation)> All() => [.. _operations.Select(sent => (sent.Key, sent.Value))];

    /// <returns>By their shape, the operation that sends it; empty where nobody said.</returns>
    public IReadOnlyDictionary<string, string> ByShape() => _operations
        .GroupBy(sent => StatementShape.Of(sent.Key))
        .ToDictionary(group => group.Key, group => group.Max(sent => sent.Value)!);

    // The server cuts a long name and replaces what is not ASCII; two scenarios must not become one by that.
    private static string NameOf(string scenario) => scenario.Length <= LongestName - Prefix.Length && scenario.All(char.IsAscii)
        && !scenario.Any(char.IsControl)
        ? Prefix + scenario
        : $"{Prefix}{StableHash.Of(scenario):x16}";
}
