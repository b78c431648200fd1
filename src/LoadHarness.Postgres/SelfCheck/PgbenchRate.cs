using System.Text.RegularExpressions;
using CliWrap;
using CliWrap.Buffered;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.Postgres.SelfCheck;

/// <summary>The same lookup by pgbench, prepared, with as many clients.</summary>
internal static partial class PgbenchRate
{
    private const string Script = """
        \set id random(1, 100000)
        select email from loadharness_selfcheck where id = :id;
        """;

    /// <returns>Null when there is no pgbench, or it failed.</returns>
    public static async Task<double?> MeasureAsync(string connectionString, TimeSpan during, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        await using var folder = await WatchedDirectory.MakeClosedAsync("pgbench", cancellationToken);
        var file = Path.Combine(folder.Root, "lookup.sql");
        await File.WriteAllTextAsync(file, Script, cancellationToken);
        try
        {
            var result = await CliWrap.Cli.Wrap("pgbench")
                .WithArguments(["-n", "-M", "prepared", "-c", $"{LookupRates.Users}", "-j", "2", "-T",
                    $"{(int)Math.Ceiling(during.TotalSeconds)}", "-f", file,
                    "-h", connection.Host ?? "127.0.0.1", "-p", $"{connection.Port}", "-U", connection.Username ?? "postgres",
                        connection.Database ?? "postgres"])
                // By the environment: a password among the arguments can be read by everyone on the machine.
                .WithEnvironmentVariables(e => e.Clean().Set("PGPASSWORD", connection.Password ?? "")
                    .Set("PGSSLMODE", SslModeOf(connection.SslMode)).Set("PGSSLROOTCERT", connection.RootCertificate))
                .WithValidation(CommandResultValidation.None)
                .ExecuteBufferedAsync(cancellationToken);
            return Rate().Match(result.StandardOutput) is { Success: true } match
                ? double.Parse(match.Groups[1].Value)
                : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    // As the connection string asks: what is checked for the program is checked for pgbench.
    private static string SslModeOf(SslMode mode) => mode switch
    {
        SslMode.VerifyFull => "verify-full",
        SslMode.VerifyCA => "verify-ca",
        _ => mode.ToString().ToLowerInvariant(),
    };

    [GeneratedRegex(@"^tps = ([0-9.]+)", RegexOptions.Multiline)]
    private static partial Regex Rate();
}
