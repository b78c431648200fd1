using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.Checks.Connections;

/// <param name="Protocol">Such as TLSv1.3.</param>
public sealed record TlsSession(string Protocol, string Cipher);

/// <summary>SV-3: gives a running server a certificate, connects to it with the name checked, and leaves it as it was.</summary>
/// <remarks>
/// For a server that the harness made: it writes two files next to its data and reloads its settings. Needs superuser and a POSIX shell.
/// </remarks>
public static class TlsProbe
{
    private const string Certificate = "loadharness_probe.crt";
    private const string Key = "loadharness_probe.key";

    // Reloading is asynchronous: the postmaster has read its settings a moment after it was told.
    private const int Attempts = 50;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <returns>What the server says of a session that trusted only this certificate and checked the server's name.</returns>
    public static async Task<TlsSession> RunAsync(string adminConnectionString, CancellationToken cancellationToken)
    {
        var target = new NpgsqlConnectionStringBuilder(adminConnectionString);
        using var certificate = Create(target.Host!, out var key);
        await using var folder = await WatchedDirectory.MakeClosedAsync("tls", cancellationToken);
        var trusted = Path.Combine(folder.Root, "probe.crt");
        await using var admin = await SingleSession.OpenAsync(target, cancellationToken);
        try
        {
            await File.WriteAllTextAsync(trusted, certificate.ExportCertificatePem(), cancellationToken);
            await WriteAsync(admin, Certificate, certificate.ExportCertificatePem(), cancellationToken);
            await WriteAsync(admin, Key, key, cancellationToken);
            await ConfigureAsync(admin, ["ssl_cert_file = 'loadharness_probe.crt'", "ssl_key_file = 'loadharness_probe.key'", "ssl = 'on'"],
                "set", cancellationToken);
            return await ConnectAsync(new NpgsqlConnectionStringBuilder(target.ConnectionString)
            {
                SslMode = SslMode.VerifyFull,
                RootCertificate = trusted,
            }, cancellationToken);
        }
        finally
        {
            await ConfigureAsync(admin, ["ssl", "ssl_key_file", "ssl_cert_file"], "reset", CancellationToken.None);
            await RemoveAsync(admin);
        }
    }

    private static X509Certificate2 Create(string host, out string key)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=loadharness probe", pair, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var address)) names.AddIpAddress(address);
        else names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        key = pair.ExportPkcs8PrivateKeyPem();
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    // The server's own shell writes into its data directory, as its own user: in a container as on this machine.
    private static async Task WriteAsync(NpgsqlConnection admin, string file, string pem, CancellationToken cancellationToken)
    {
        var lines = pem.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await admin.ExecuteAsync(
            $$"""
            copy (select line from unnest('{{{string.Join(',', lines.Select(line => $"\"{line}\""))}}}'::text[]) with ordinality
                as l (line, n) order by n) to program 'umask 077; cat > {{file}}'
            """, cancellationToken);
    }

    // The program must read what the server writes: one that had ended before would fail the copy with a broken pipe.
    private static async Task RemoveAsync(NpgsqlConnection admin) =>
        await admin.ExecuteAsync($"copy (select '') to program 'cat > /dev/null; rm -f {Certificate} {Key}'", CancellationToken.None);

    private static async Task ConfigureAsync(NpgsqlConnection admin, string[] settings, string verb, CancellationToken cancellationToken)
    {
        foreach (var setting in settings) await admin.ExecuteAsync($"alter system {verb} {setting}", cancellationToken);
        await admin.ExecuteAsync("select pg_reload_conf()", cancellationToken);
    }

    private static async Task<TlsSession> ConnectAsync(NpgsqlConnectionStringBuilder target, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await SingleSession.OpenAsync(target, cancellationToken);
                return (await connection.ListAsync(
                    "select version, cipher from pg_stat_ssl where pid = pg_backend_pid() and ssl",
                    row => new TlsSession(row.GetString(0), row.GetString(1)), cancellationToken)).Single();
            }
            catch (NpgsqlException) when (attempt < Attempts)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }
}
