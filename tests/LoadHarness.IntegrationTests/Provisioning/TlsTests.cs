using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.IntegrationTests.Provisioning;

/// <summary>SV-3: the connection to the server can be encrypted, and the server's name checked.</summary>
public sealed class TlsTests(PostgresCluster cluster)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_whose_certificate_bears_its_name_is_trusted_and_any_other_is_refused()
    {
        var certificates = Path.Combine(Path.GetTempPath(), $"loadharness-tls-{Guid.NewGuid():N}");
        await ServerAccount.MakeDirectoryAsync(certificates, Stop);
        try
        {
            var settings = new Dictionary<string, string>(NativeClusterTests.SmallServer)
            {
                ["ssl"] = "on", ["ssl_cert_file"] = Path.Combine(certificates, "server.crt"),
                ["ssl_key_file"] = Path.Combine(certificates, "server.key"),
            };
            await WriteCertificateAsync(settings["ssl_cert_file"], settings["ssl_key_file"]);
            await using var server = await NativeCluster.StartAsync(cluster.Server.Binaries, settings, keep: false, Stop);
            var target = new NpgsqlConnectionStringBuilder(server.ConnectionString)
            {
                SslMode = SslMode.VerifyFull,
                RootCertificate = settings["ssl_cert_file"],
                Pooling = false,
            };

            await using var database = await OpenAsync(target);
            Assert.True(database.Server.Capabilities.Single(capability => capability.Name == ServerCapabilities.Tls).Available);

            // The certificate names the address only.
            target.Host = "localhost";
            var refusal = await Assert.ThrowsAsync<HarnessException>(() => OpenAsync(target));
            Assert.Contains("certificate", refusal.Message, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(target.Password!, refusal.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(certificates, recursive: true);
        }
    }

    private static Task<Database> OpenAsync(NpgsqlConnectionStringBuilder target) => Provisioner.ProvisionAsync(
        new DatabaseRequest(new DatabaseTarget.Given(target.ConnectionString), ServerProfile.Checklist, Keep: false, Force: false),
            SilentProgress.Instance, Stop);

    private static async Task WriteCertificateAsync(string certificateFile, string keyFile)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=loadharness test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem(), Stop);
        await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem(), Stop);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await ServerAccount.OwnAsync(certificateFile, Stop);
        await ServerAccount.OwnAsync(keyFile, Stop);
    }
}
