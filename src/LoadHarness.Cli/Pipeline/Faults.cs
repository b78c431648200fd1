using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Postgres;

namespace LoadHarness.Cli.Pipeline;

/// <summary>Tells a person what went wrong, without passwords and without stack traces for what they can fix.</summary>
internal static class Faults
{
    public static ExitCode Print(Exception fault, CancellationToken cancellationToken)
    {
        if (fault is OperationCanceledException && cancellationToken.IsCancellationRequested)
        {
            Console.Error.WriteLine("Interrupted.");
            return ExitCode.Inconclusive;
        }

        Console.Error.WriteLine(Sentence(fault));
        return CodeOf(fault);
    }

    public static ExitCode CodeOf(Exception fault) => fault is HarnessException ours ? ours.ExitCode : ExitCode.Fault;

    public static string Sentence(Exception fault) => Redaction.Of(fault switch
    {
        HarnessException => fault.Message,
        Npgsql.PostgresException server =>
            $"The server refused a statement: {server.SqlState}: {server.MessageText}{(server.Where is null ? "" : $" ({server.Where})")}",
        Npgsql.NpgsqlException or TimeoutException =>
            $"The connection to the server was lost or timed out: {StatementFaults.WithCauses(fault)}",
        _ => $"An unexpected fault; please report it with this text: {fault}",
    });
}
