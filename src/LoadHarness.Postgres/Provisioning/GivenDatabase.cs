using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using Npgsql;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>
/// A server that someone else runs. The harness checks that it may use the database, and never stops or drops anything there.
/// </summary>
public static class GivenDatabase
{
    /// <summary>Holds a connection string where the command line gives none.</summary>
    public const string EnvironmentVariable = "LOADHARNESS_DATABASE";

    private const int ConnectTimeoutSeconds = 15;

    private const string Form = "Write it as \"Host=...;Port=5432;Username=...;Password=...;Database=...\" or "
        + "postgres://user:password@host:5432/database.";

    /// <summary>Reads an Npgsql connection string or a <c>postgres://</c> URI.</summary>
    /// <exception cref="HarnessException">
    /// It is neither, or has a part that cannot be taken; the message repeats nothing that could be of a password.
    /// </exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        try
        {
            var parsed = text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
                || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase)
                ? PostgresUri.Parse(text)
                : new NpgsqlConnectionStringBuilder(text);
            if (string.IsNullOrEmpty(parsed.Host))
                throw new HarnessException("The database connection string gives no Host. " + Form, ExitCode.BadUsage);
            LeavePoolsOut(parsed);
            return parsed;
        }
        catch (Exception malformed) when (
            malformed is ArgumentException or FormatException or KeyNotFoundException or OverflowException or InvalidCastException)
        {
            // The driver's own words repeat what it took for a keyword: with a ; or = in a password, a part of that.
            throw new HarnessException(
                "The database connection string cannot be read: it has a keyword that there is not, "
                    + "or a value that its keyword does not take. A password with ; or = stands in quotes: Password='...'. "
                    + "In a postgres:// address the signs @ : / ? % of a user or password are written as %40 %3A %2F %3F %25. " + Form,
                ExitCode.BadUsage);
        }
    }

    /// <exception cref="HarnessException">
    /// No answer, too old or new a server, another run at work, or tables in the way or rows that are not the harness's own, without the
    /// words that allow it.
    /// </exception>
    internal static async Task<Database> OpenAsync(
        string text, DatabaseRequest request, IStageProgress progress, CancellationToken cancellationToken)
    {
        var given = Parse(text);
        ClientEnvironment.FillIn(given);
        given.Timeout = Math.Min(given.Timeout, ConnectTimeoutSeconds);
        await using var connection = SingleSession.To(given);
        await ConnectAsync(connection, given, cancellationToken);
        if (request.CrmSchema) await PutPublicFirstAsync(connection, given, cancellationToken);
        // Before the looks at what it holds, which another run may change at this moment.
        var held = request.Exclusive ? await RunLock.TakeAsync(given, [], progress, cancellationToken) : null;
        try
        {
            await RequireUsableAsync(connection, request, cancellationToken);
            if (request.DeletesRows && !request.DeletesForeignRows) await RequireOwnRowsAsync(connection, cancellationToken);
            var environment = await ServerInspection.OfAsync(given.ConnectionString, ServerKind.Given, cancellationToken);
            return new Database(given.ConnectionString, environment, server: null) { Lock = held };
        }
        catch
        {
            if (held is not null) await held.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same way to a database with the CRM's schema: its names find what lies in public, whatever the login's path.</summary>
    public static async Task<string> InPublicAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = await SingleSession.OpenAsync(connectionString, cancellationToken);
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        await PutPublicFirstAsync(connection, given, cancellationToken);
        return given.ConnectionString;
    }

    // The string may be an application's, and the pools are the harness's own. A largest size would be too small for the seeder, a smallest
    // one larger than a pool of a load, which the driver refuses; and without a pool, requests would measure how long connecting takes.
    private static void LeavePoolsOut(NpgsqlConnectionStringBuilder given)
    {
        foreach (var word in (string[])["Pooling", "Minimum Pool Size", "Maximum Pool Size", "Multiplexing"]) given.Remove(word);
    }

    private static async Task ConnectAsync(
        NpgsqlConnection connection, NpgsqlConnectionStringBuilder given, CancellationToken cancellationToken)
    {
        try
        {
            await connection.OpenAsync(cancellationToken);
        }
        catch (Exception failure) when (
            failure is NpgsqlException or TimeoutException
                or System.Net.Sockets.SocketException or System.Security.Authentication.AuthenticationException)
        {
            // Not kept as inner exception: driver texts can carry parts of the connection string.
            throw new HarnessException(
                $"No connection to {given.Host}:{given.Port}, database {given.Database ?? given.Username}: "
                    + $"{MessagesOf(failure, given.Password)}. "
                    + "Check that the server runs and is reachable from here, and the user, password and SSL Mode in --database.");
        }
    }

    // Not where it is so already: a pooler refuses what it does not know of.
    private static async Task PutPublicFirstAsync(
        NpgsqlConnection connection, NpgsqlConnectionStringBuilder given, CancellationToken cancellationToken)
    {
        if (await connection.ScalarAsync<string>("select current_schema()", cancellationToken) != "public") given.SearchPath = "public";
    }

    private static async Task RequireUsableAsync(
        NpgsqlConnection connection, DatabaseRequest request, CancellationToken cancellationToken)
    {
        if (connection.PostgreSqlVersion.Major < PostgresBinaries.OldestSupported)
            throw new HarnessException(
                $"The given server is PostgreSQL {connection.PostgreSqlVersion}; {PostgresBinaries.OldestSupported} to "
                    + $"{PostgresBinaries.NewestSupported} are supported. Give a newer server.", ExitCode.BadUsage);

        var tables = await UserTables.InAsync(connection, cancellationToken);
        if (tables.Count > 0 && !request.Force && !await IsTheHarnessesOwnAsync(connection, tables, cancellationToken))
            throw new HarnessException(
                $"The given database {connection.Database} is not empty: it holds {tables.Count} table{(tables.Count == 1 ? "" : "s")} "
                    + $"({string.Join(", ", tables.Take(5))}{(tables.Count > 5 ? ", ..." : "")}). Give an empty database, or --force to "
                    + "use this one: "
                    + (request.CrmSchema
                        ? "every row of workspaces, users, leads and of all that refers to them is deleted."
                        : "nothing that it holds is deleted."),
                ExitCode.BadUsage);
    }

    // Before the schema is touched: who is refused finds everything as it was.
    private static async Task RequireOwnRowsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var doomed = await RowsToDelete.InAsync(connection, cancellationToken);
        if (doomed.NeedsTheSecondWord)
            throw new HarnessException(
                $"--force would delete rows in {connection.Database} that the harness did not make: {doomed}. "
                    + "Give an empty database, or --force=delete-all-rows to delete all of them.", ExitCode.BadUsage);
    }

    /// <summary>
    /// Whether the seeder began, or a migration did and there is no row yet: what an interrupted or an earlier run leaves, and what the
    /// same options go on with. The seeder makes its tables some time before it writes into them that it began.
    /// </summary>
    private static async Task<bool> IsTheHarnessesOwnAsync(
        NpgsqlConnection connection, IReadOnlyList<string> tables, CancellationToken cancellationToken)
    {
        if (await HoldsAsync("to_regclass('loadharness.seed_run') is not null")
            && await HoldsAsync("exists (select 1 from loadharness.seed_run)")) return true;
        if (!await HoldsAsync("to_regclass('loadharness.journal') is not null")) return false;
        return tables.All(table => table.StartsWith("loadharness.", StringComparison.Ordinal))
            || (await HoldsAsync("to_regclass('public.leads') is not null and to_regclass('public.workspaces') is not null")
                && await HoldsAsync("not exists (select 1 from public.workspaces) and not exists (select 1 from public.leads)"));

        Task<bool> HoldsAsync(string condition) => connection.ScalarAsync<bool>($"select {condition}", cancellationToken);
    }

    private static string MessagesOf(Exception failure, string? password)
    {
        var text = Redaction.Of(StatementFaults.WithCauses(failure));
        return string.IsNullOrEmpty(password) ? text : text.Replace(password, Redaction.Mask, StringComparison.Ordinal);
    }
}
