using LoadHarness.Core.Options;
using LoadHarness.Postgres.Provisioning;

namespace LoadHarness.IntegrationTests.Infrastructure;

/// <summary>A server of one test's own, which it may kill, fill or break.</summary>
internal static class OwnServer
{
    /// <summary>The server's programs; skips the test (or fails it in CI) where PostgreSQL is not installed.</summary>
    public static async Task<PostgresBinaries> BinariesAsync()
    {
        var binaries = await PostgresBinaries.FindAsync(TestContext.Current.CancellationToken);
        Require.Present(binaries is null ? PostgresCluster.Missing : null);
        return binaries!;
    }

    /// <summary>Without extensions that the server has to load.</summary>
    /// <param name="changed">Settings other than those of the checklist.</param>
    public static async Task<NativeCluster> StartAsync(params (string Name, string Value)[] changed)
    {
        var binaries = await BinariesAsync();
        var settings = ServerSettings.For(ServerProfile.Checklist, MachineSize.Here, [], "postgres");
        foreach (var (name, value) in changed) settings[name] = value;
        return await NativeCluster.StartAsync(binaries, settings, keep: false, TestContext.Current.CancellationToken);
    }

    /// <summary>It waits for a primary, and answers queries meanwhile. Sessions of before are dead.</summary>
    public static async Task RestartAsStandbyAsync(NativeCluster server)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var (control, data) = (server.Binaries.PgCtl, server.Directory.Data);
        await ServerAccount.RunAsync(control, ["stop", "-D", data, "-m", "fast", "-w"], cancellationToken);
        var signal = Path.Combine(data, "standby.signal");
        await File.WriteAllTextAsync(signal, "", cancellationToken);
        await ServerAccount.OwnAsync(signal, cancellationToken);
        await ServerAccount.RunAsync(
            control, ["start", "-D", data, "-l", server.Directory.Log, "-w", "-o", $"-p {server.Port}"], cancellationToken);
    }
}
