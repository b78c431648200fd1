using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Core.Verdicts;
using LoadHarness.Postgres;

namespace LoadHarness.Cli.Pipeline;

/// <summary>Tells a person what went wrong, without passwords and without stack traces for what they can fix.</summary>
internal static class Faults
{
    private const string Interrupted = "Interrupted.";

    /// <summary>
    /// Of a verb that ended so. Whatever ends one after an interruption is told as that: a Ctrl-C also ends the programs that it runs.
    /// </summary>
    public static ExitCode Print(Exception fault, CancellationToken cancellationToken)
    {
        Console.Error.WriteLine(Sentence(fault, cancellationToken));
        return CodeOf(fault, cancellationToken);
    }

    /// <summary>The object that <c>--json</c> prints where <see cref="Print"/> tells a person.</summary>
    public static object ObjectOf(Exception fault, CancellationToken cancellationToken)
    {
        var (sentence, code) = (Sentence(fault, cancellationToken), CodeOf(fault, cancellationToken));
        return code == ExitCode.Inconclusive
            ? CheckReport.OfNothing(RunState.Incomplete, sentence, code)
            : new Refusal(sentence, (int)code);
    }

    public static ExitCode CodeOf(Exception fault) => fault is HarnessException ours ? ours.ExitCode : ExitCode.Fault;

    /// <param name="cancellationToken">Says whether there was an interruption: then that is what ended it.</param>
    public static string Sentence(Exception fault, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Interrupted : Sentence(fault);

    public static string Sentence(Exception fault) => Redaction.Of(fault switch
    {
        HarnessException => fault.Message,
        Npgsql.PostgresException server =>
            $"The server refused a statement: {server.SqlState}: {server.MessageText}{(server.Where is null ? "" : $" ({server.Where})")}",
        Npgsql.NpgsqlException or TimeoutException =>
            $"The connection to the server was lost or timed out: {StatementFaults.WithCauses(fault)}",
        _ => $"An unexpected fault; please report it with this text: {fault}",
    });

    private static ExitCode CodeOf(Exception fault, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? ExitCode.Inconclusive : CodeOf(fault);

    private sealed record Refusal(string Error, int ExitCode);
}
