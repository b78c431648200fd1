using CliWrap;
using CliWrap.Buffered;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.IntegrationTests.Infrastructure;

/// <summary>
/// A file system of a few megabytes in memory, for a tablespace. Mounting one takes root and a system that lets root mount.
/// </summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly string _directory;

    private SmallDisk(string directory) => _directory = directory;

    /// <summary>
    /// Skips the test where no file system can be mounted. A job that starts a container engine of its own can mount, so there it fails.
    /// </summary>
    public static async Task<SmallDisk> MountAsync(int megabytes, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            Assert.Skip("Only root on Linux can mount a small file system to fill up.");
        var directory = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"loadharness-disk-{Guid.NewGuid():N}");
        await ServerAccount.MakeDirectoryAsync(directory, cancellationToken);
        var mounted = await RunAsync("mount", ["-t", "tmpfs", "-o", $"size={megabytes}m", "loadharness", directory], cancellationToken);
        if (!mounted.IsSuccess)
        {
            Directory.Delete(directory);
            Containers.RequireOfItsJob($"No small file system can be mounted here: {mounted.StandardError.Trim()}");
        }

        await ServerAccount.OwnAsync(directory, cancellationToken);
        return new(directory);
    }

    public string Path => _directory;

    public async Task ResizeAsync(int megabytes, CancellationToken cancellationToken)
    {
        var resized = await RunAsync("mount", ["-o", $"remount,size={megabytes}m", _directory], cancellationToken);
        Assert.True(resized.IsSuccess, resized.StandardError);
    }

    /// <summary>Moves a database that nobody is connected to onto this disk. Disposing moves it away again.</summary>
    public async Task<IAsyncDisposable> TakeDatabaseAsync(
        string adminConnectionString, string database, CancellationToken cancellationToken)
    {
        var place = $"small_{database}";
        await using var admin = NpgsqlDataSource.Create(adminConnectionString);
        foreach (var sql in new[] { $"create tablespace {place} location '{_directory}'",
            $"alter database {database} set tablespace {place}" })
        {
            await using var command = admin.CreateCommand(sql);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return new Return(adminConnectionString, database, place);
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", [_directory], CancellationToken.None);
        Directory.Delete(_directory);
    }

    private static Task<BufferedCommandResult> RunAsync(string program, string[] arguments, CancellationToken cancellationToken) =>
        CliWrap.Cli.Wrap(program).WithArguments(arguments).WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync(cancellationToken).Task;

    private sealed class Return(string adminConnectionString, string database, string place) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            NpgsqlConnection.ClearAllPools();
            await using var admin = NpgsqlDataSource.Create(adminConnectionString);
            foreach (var sql in new[] { $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}'",
                $"alter database {database} set tablespace pg_default", $"drop tablespace {place}" })
            {
                await using var command = admin.CreateCommand(sql);
                await command.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
    }
}
