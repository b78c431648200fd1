using System.Data;
using Npgsql;

namespace LoadHarness.Postgres;

/// <summary>What one statement failed with, and the session after it. After a fault the other statements are asked all the same.</summary>
public static class StatementFaults
{
    /// <summary>
    /// Whether there was no answer in time: by the driver's time limit, or by one of the server, which then cancels the statement.
    /// </summary>
    public static bool IsUnanswered(Exception fault) =>
        fault is NpgsqlException { InnerException: TimeoutException } or PostgresException { SqlState: PostgresErrorCodes.QueryCanceled };

    /// <summary>Whether the server refused the statement or gave no answer in time. A lost connection is neither.</summary>
    public static bool IsOfStatement(Exception fault) => fault is PostgresException || IsUnanswered(fault);

    /// <summary>The fault in words: what the server said with its code, or that it said nothing.</summary>
    /// <param name="seconds">How long an answer was waited for.</param>
    public static string Words(NpgsqlException fault, double seconds) => fault is PostgresException refusal
        ? $"{refusal.MessageText} (SQLSTATE {refusal.SqlState})"
        : $"no answer within {seconds:0} s";

    /// <summary>The fault's message and those of its causes, each once: the driver's own says only what it was doing.</summary>
    public static string WithCauses(Exception fault)
    {
        var messages = new List<string>();
        for (var current = fault; current is not null; current = current.InnerException)
            if (!messages.Contains(current.Message)) messages.Add(current.Message);
        return string.Join(": ", messages);
    }

    /// <summary>False after a statement whose cancellation was not answered either: the driver ends such a session.</summary>
    public static bool IsOpen(this NpgsqlConnection connection) => connection.FullState.HasFlag(ConnectionState.Open);

    /// <summary>Opens the connection anew where its session has ended.</summary>
    public static async Task EnsureOpenAsync(this NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (connection.IsOpen()) return;
        await connection.CloseAsync();
        await connection.OpenAsync(cancellationToken);
    }
}
