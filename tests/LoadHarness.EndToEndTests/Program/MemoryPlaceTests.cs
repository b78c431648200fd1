using CliWrap.Buffered;
using LoadHarness.Postgres.Provisioning;

namespace LoadHarness.EndToEndTests.Program;

/// <summary>A server whose data is in memory, as where the temporary directory is.</summary>
public sealed class MemoryPlaceTests
{
    private const string Memory = "/dev/shm";

    /// <summary>An empty cluster and its WAL.</summary>
    private const long NeededBytes = 1L << 30;

    [Fact]
    public async Task A_server_below_a_directory_in_memory_says_so_and_doctor_names_the_way_out()
    {
        if (OperatingSystem.IsWindows() || ServersPlace.FileSystemOf(Memory) != "tmpfs"
            || new DriveInfo(Memory).AvailableFreeSpace < NeededBytes)
        {
            Assert.Skip($"{Memory} is no directory in memory with room for a server.");
            return;
        }

        var directory = Path.Combine(Memory, $"loadharness-memory-{Guid.NewGuid():N}");
        // As root the server runs as another user, who has to pass through.
        Directory.CreateDirectory(directory);
        File.SetUnixFileMode(directory, File.GetUnixFileMode(directory) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        try
        {
            var ended = await BuiltProgram.With("doctor", "--database", "native", "--contacts", "1000")
                .WithEnvironmentVariables(variables => variables.Set("LOADHARNESS_DATABASE", null).Set("TMPDIR", directory))
                .ExecuteBufferedAsync(TestContext.Current.CancellationToken);

            Assert.True(ended.ExitCode == 3, ended.StandardError + ended.StandardOutput);
            Assert.Contains("It is on tmpfs. The server's data is in memory", ended.StandardOutput, StringComparison.Ordinal);
            Assert.Contains("Set TMPDIR", ended.StandardOutput, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
