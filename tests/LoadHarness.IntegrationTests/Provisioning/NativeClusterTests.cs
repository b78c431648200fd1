using System.Diagnostics;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.IntegrationTests.Provisioning;

public sealed class NativeClusterTests(PostgresCluster cluster)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_copied_from_the_base_schema_has_its_tables()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await using var command = database.Owner.CreateCommand("select count(*) from leads");
        Assert.Equal(0L, await command.ExecuteScalarAsync(Stop));
    }

    [Fact]
    public async Task A_private_server_listens_on_loopback_alone_and_wants_the_password()
    {
        await using var connection = new NpgsqlConnection(cluster.Server.ConnectionString);
        await connection.OpenAsync(Stop);
        await using var command = new NpgsqlCommand(
            "select current_setting('listen_addresses') || current_setting('unix_socket_directories')", connection);
        Assert.Equal("127.0.0.1", await command.ExecuteScalarAsync(Stop));

        var wrong = new NpgsqlConnectionStringBuilder(cluster.Server.ConnectionString) { Password = "guess", Pooling = false };
        await using var guessing = new NpgsqlConnection(wrong.ConnectionString);
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => guessing.OpenAsync(Stop));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refusal.SqlState);
    }

    [Fact]
    public async Task A_private_server_orders_text_by_code_point_and_knows_the_small_letters_of_all()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        Assert.Equal("C äéж true", await database.Owner.AskAsync<string>(
            "select current_setting('lc_collate') || ' ' || lower('ÄÉЖ') || ' ' || ('Z' < 'a')"));
    }

    // Copies of one cluster have one password, and ports come again: the driver told them apart by nothing else.
    [Fact]
    public async Task A_server_on_the_port_of_a_dead_one_is_given_no_session_of_it()
    {
        await using var own = await NativeCluster.StartAsync(cluster.Server.Binaries, SmallServer, keep: false, Stop);
        var before = await ServerInspection.OfAsync(own.ConnectionString, ServerKind.Native, Stop);
        await own.CrashAndRestartAsync(Stop);

        var after = await ServerInspection.OfAsync(own.ConnectionString, ServerKind.Native, Stop);
        Assert.Equal(before.Version, after.Version);
    }

    [Fact]
    public async Task An_inspected_server_keeps_no_idle_session()
    {
        await using var own = await NativeCluster.StartAsync(cluster.Server.Binaries, SmallServer, keep: false, Stop);
        await ServerInspection.OfAsync(own.ConnectionString, ServerKind.Native, Stop);

        await using var looking = await SingleSession.OpenAsync(own.ConnectionString, Stop);
        // A session that was closed ends a moment later; a pool keeps one for five minutes.
        var patience = Stopwatch.StartNew();
        while (await looking.ScalarAsync<bool>(
            "select exists (select from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid())", Stop))
        {
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(30), "The inspection's session is still there.");
            await Task.Delay(10, Stop);
        }
    }

    [Fact]
    public async Task A_disposed_server_leaves_no_process_and_no_directory()
    {
        var own = await NativeCluster.StartAsync(cluster.Server.Binaries, SmallServer, keep: false, Stop);
        var (process, root) = (own.ProcessId, own.Directory.Root);
        Assert.True(ServerAccount.IsAlive(process));
        await own.DisposeAsync();
        Assert.False(ServerAccount.IsAlive(process));
        Assert.False(Directory.Exists(root));
    }

    [Fact]
    public void Another_user_of_the_machine_can_neither_read_nor_plant_anything_where_a_private_server_lives()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes: what is made below a user's temporary directory is that user's.");
            return;
        }

        const UnixFileMode foreignWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        const UnixFileMode foreignRead = UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        var directory = cluster.Server.Directory;
        for (var path = directory.Root; path.TrimEnd('/') != ServersPlace.Root.TrimEnd('/'); path = Path.GetDirectoryName(path)!)
            Assert.Equal((UnixFileMode)0, File.GetUnixFileMode(path) & (foreignWrite | foreignRead));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(directory.Data));
        foreach (var file in Directory.EnumerateFiles(directory.Root).Append(Path.Combine(directory.Data, "loadharness.conf")))
            Assert.Equal((UnixFileMode)0, File.GetUnixFileMode(file) & (foreignWrite | foreignRead));
    }

    [Fact]
    public async Task Another_account_of_the_machine_reaches_neither_files_nor_sockets_nor_the_server_itself()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            Assert.Skip("Only root of a Linux machine can act as another account. The test above looks at the file modes.");
            return;
        }

        // What everybody may read is read: the refusals below are the server's doing, not of this way of asking.
        Assert.Equal(0, await AsNobodyAsync($"cat /etc/passwd > /dev/null && test -r /proc/{cluster.Server.ProcessId}/cmdline"));
        var directory = cluster.Server.Directory;
        string[] secrets =
        [
            .. Directory.EnumerateFiles(directory.Root), Path.Combine(directory.Data, "PG_VERSION"),
            Path.Combine(directory.Data, "pg_hba.conf"), Path.Combine(directory.Data, "postmaster.pid"),
            Path.Combine(directory.Data, "loadharness.conf"), $"/proc/{cluster.Server.ProcessId}/environ",
        ];
        foreach (var secret in secrets)
        {
            Assert.True(File.Exists(secret), secret);
            Assert.True(await AsNobodyAsync($"cat '{secret}' > /dev/null") != 0, secret);
        }

        Assert.NotEqual(0, await AsNobodyAsync($"ls '{directory.Root}'"));
        Assert.NotEqual(0, await AsNobodyAsync($"touch '{Path.Combine(directory.Root, "planted")}'"));
        var server = new NpgsqlConnectionStringBuilder(cluster.Server.ConnectionString);
        Assert.NotEqual(0, await AsNobodyAsync($"tr '\\0' ' ' < /proc/{cluster.Server.ProcessId}/cmdline | grep -qF '{server.Password}'"));
        var psql = Path.Combine(cluster.Server.Binaries.Directory, "psql");
        foreach (var host in (string[])["127.0.0.1", directory.Root, directory.Data, "/tmp", "/var/run/postgresql"])
            Assert.NotEqual(0, await AsNobodyAsync($"{psql} -w -h '{host}' -p {server.Port} -U {server.Username} -c 'select 1' postgres"));
    }

    private static async Task<int> AsNobodyAsync(string command) =>
        (await CliWrap.Cli.Wrap("runuser").WithArguments(["-u", "nobody", "--", "sh", "-c", command])
            .WithValidation(CliWrap.CommandResultValidation.None).ExecuteAsync(Stop)).ExitCode;

    [Fact]
    public async Task A_trap_under_a_servers_name_in_the_common_directory_is_left_alone()
    {
        var trap = Path.Combine(ServersPlace.Root, $"loadharness-pg-{Guid.NewGuid():N}");
        Directory.CreateDirectory(Path.Combine(trap, "data"));
        try
        {
            await CliWrap.Cli.Wrap("mkfifo").WithArguments([Path.Combine(trap, "owner")]).ExecuteAsync(Stop);
            await File.WriteAllTextAsync(Path.Combine(trap, "data", "postmaster.pid"),
                $"{cluster.Server.ProcessId}\n{cluster.Server.Directory.Data}\n", Stop);
            await SweepAsync().WaitAsync(TimeSpan.FromMinutes(5), Stop);
            Assert.True(Directory.Exists(trap));
            Assert.True(ServerAccount.IsAlive(cluster.Server.ProcessId));
        }
        finally
        {
            Directory.Delete(trap, recursive: true);
        }
    }

    [Theory]
    [InlineData("seed")]
    [InlineData("pooler")]
    [InlineData("broker")]
    public async Task What_a_program_left_that_was_killed_with_its_watch_goes_with_the_next_server(string kind)
    {
        var (used, making) = (await WatchedProgram.MakeRootAsync(kind, Stop), await LeftAsync(kind, ""));
        // Of an older version; of this process's number, which another had; and of a machine that stopped before the mark was on its disk.
        string[] left =
        [
            await LeftAsync(kind, Nobody), await LeftAsync(kind, $"{ProcessMark.OfThis}0"), await LeftAsync(kind, ""),
        ];
        Directory.SetLastWriteTimeUtc(left[^1], DateTime.UtcNow.AddDays(-2));

        await SweepAsync();

        Assert.All(left, directory => Assert.False(Directory.Exists(directory), directory));
        Assert.All((string[])[used, making], directory =>
        {
            Assert.True(Directory.Exists(directory));
            Directory.Delete(directory, recursive: true);
        });
    }

    [Fact]
    public async Task A_directory_of_small_files_lies_below_the_private_root_is_closed_to_all_others_and_goes()
    {
        var directory = await WatchedDirectory.MakeClosedAsync("test", Stop);
        await File.WriteAllTextAsync(Path.Combine(directory.Root, "small"), "", Stop);

        Assert.Equal(await PrivateRoot.SharedAsync(Stop), Path.GetDirectoryName(directory.Root));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(directory.Root));
        await directory.DisposeAsync();
        Assert.False(Directory.Exists(directory.Root));
    }

    [Fact]
    public async Task What_a_power_cut_left_goes_and_the_process_that_has_its_servers_number_by_now_lives_on()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no sleep, and does not tell where a process is at work.");
            return;
        }

        using var foreign = Process.Start("sleep", ["600"]);
        try
        {
            foreach (var number in (string[])[Nobody, $"{foreign.Id}"])
            {
                var left = await WatchedProgram.MakeRootAsync("pg", Stop);
                var data = Directory.CreateDirectory(Path.Combine(left, "data")).FullName;
                await File.WriteAllTextAsync(Path.Combine(data, "postmaster.pid"), $"{number}\n{data}\n", Stop);
                // Last: from here on the server of any other test removes it.
                await File.WriteAllTextAsync(PrivateRoot.OwnerOf(left), Nobody, Stop);

                await SweepAsync();

                Assert.False(Directory.Exists(left), number);
            }

            Assert.True(ServerAccount.IsAlive(foreign.Id));
        }
        finally
        {
            foreign.Kill();
        }
    }

    [Fact]
    public async Task A_server_that_still_runs_is_stopped_where_its_program_was_killed_with_its_watch()
    {
        await using var own = await NativeCluster.StartAsync(cluster.Server.Binaries, SmallServer, keep: false, Stop);
        var process = own.ProcessId;
        await File.WriteAllTextAsync(PrivateRoot.OwnerOf(own.Directory.Root), Nobody, Stop);

        await SweepAsync();

        Assert.False(ServerAccount.IsAlive(process));
        Assert.False(Directory.Exists(own.Directory.Root));
    }

    [Fact]
    public async Task What_is_in_the_way_of_a_removal_is_told()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            Assert.Skip("Root removes everything, and Windows has no file modes.");
            return;
        }

        var root = await WatchedProgram.MakeRootAsync("pg", Stop);
        var inner = Directory.CreateDirectory(Path.Combine(root, "inner")).FullName;
        await File.WriteAllTextAsync(Path.Combine(inner, "file"), "", Stop);
        File.SetUnixFileMode(inner, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var fault = await new ClusterDirectory(root).RemoveAsync(cluster.Server.Binaries, Stop);
        File.SetUnixFileMode(inner, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        Assert.Contains(Path.Combine(inner, "file"), fault, StringComparison.Ordinal);
        Assert.Null(await new ClusterDirectory(root).RemoveAsync(cluster.Server.Binaries, Stop));
        Assert.False(Directory.Exists(root));
    }

    /// <summary>No process has so high a number.</summary>
    private static string Nobody => $"{int.MaxValue}";

    /// <returns>A directory with this mark.</returns>
    private static async Task<string> LeftAsync(string kind, string mark)
    {
        var left = await WatchedProgram.MakeRootAsync(kind, Stop);
        await File.WriteAllTextAsync(PrivateRoot.OwnerOf(left), mark, Stop);
        return left;
    }

    private Task SweepAsync() => ClusterDirectory.SweepAsync(cluster.Server.Binaries, SilentProgress.Instance, Stop);

    [Fact]
    public async Task A_private_server_gets_no_secret_of_this_programs_environment()
    {
        Environment.SetEnvironmentVariable("LOADHARNESS_DATABASE_OF_TEST", "Password=S3cr3t");
        try
        {
            await using var own = await NativeCluster.StartAsync(cluster.Server.Binaries, SmallServer, keep: false, Stop);
            var environment = await File.ReadAllTextAsync($"/proc/{own.ProcessId}/environ", Stop);
            Assert.Contains("LC_ALL=C", environment, StringComparison.Ordinal);
            Assert.DoesNotContain("S3cr3t", environment, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("LOADHARNESS_DATABASE_OF_TEST", null);
        }
    }

    [Fact]
    public async Task A_private_server_has_its_buffers_on_huge_pages_where_this_account_may_allow_them()
    {
        RequireHugePages();
        await using var own = await NativeCluster.StartAsync(cluster.Server.Binaries, SmallServer, keep: false, Stop);
        Assert.True(HugePages.AreUsedBy(own.ProcessId));
        Assert.True(long.Parse(await File.ReadAllTextAsync(own.Directory.HugePagesFile, Stop)) >= 8,
            "16 MB of buffers need eight pages of 2 MB at least");
        // As a program that was killed leaves it, with its watch.
        HugePages.TakeBack(own.Directory);
        Assert.False(File.Exists(own.Directory.HugePagesFile));
    }

    [Fact]
    public async Task Programs_and_watches_that_change_the_huge_pages_at_once_lose_no_change()
    {
        if (!OperatingSystem.IsLinux()) return;
        using var folder = new TemporaryDirectory();
        var (allowed, locked) = (Path.Combine(folder.Path, "allowed"), Path.Combine(folder.Path, "locked"));
        await File.WriteAllTextAsync(allowed, "1000", Stop);
        await File.WriteAllTextAsync(locked, "0", Stop);
        var programs = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var server = 0; server < 50; server++) HugePages.Add(3, allowed, locked);
        }));
        var watches = Enumerable.Range(0, 4).Select(async watch =>
        {
            var file = Path.Combine(folder.Path, $"pages-{watch}");
            var script = $"{ServerReaper.TakingBack}\nfor server in $(seq 50); do echo 3 > \"$1\"; take_back \"$1\" \"$2\" \"$3\"; done";
            using var shell = Process.Start("/bin/sh", ["-c", script, "watch", file, allowed, locked]);
            await shell.WaitForExitAsync(Stop);
        });
        await Task.WhenAll([.. programs, .. watches]);

        Assert.Equal("1000", (await File.ReadAllTextAsync(allowed, Stop)).Trim());
    }

    [Theory]
    [InlineData("0::/pod/own", "pod/own/hugetlb.2MB.max", "max\n", null)]
    [InlineData("0::/pod/own", "pod/own/hugetlb.2MB.max", "0\n", 0L)]
    [InlineData("0::/pod/own", "pod/hugetlb.2MB.max", "4194304\n", 4_194_304L)]
    [InlineData("0::/", "hugetlb.2MB.rsvd.max", "4194304\n", 4_194_304L)]
    [InlineData("0::/pod/own", "elsewhere/hugetlb.2MB.max", "0\n", null)]
    [InlineData("5:cpu:/a\n4:hugetlb:/pod\n", "hugetlb/pod/hugetlb.2MB.limit_in_bytes", "2097152\n", 2_097_152L)]
    public async Task A_control_group_that_may_not_have_huge_pages_is_seen(string groups, string file, string limit, long? least)
    {
        var root = Directory.CreateTempSubdirectory("loadharness-cgroup-");
        try
        {
            var path = Path.Combine(root.FullName, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, limit, Stop);
            Assert.Equal(least ?? long.MaxValue, HugePages.LeastGroupLimit(groups, root.FullName));
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("700000", 700_000)]
    [InlineData("x[$(echo 7)]", 0)]
    public async Task The_watch_takes_back_the_huge_pages_that_were_allowed_and_trusts_no_other_word(string written, long allowed)
    {
        RequireHugePages();
        var own = await NativeCluster.StartAsync(cluster.Server.Binaries, SmallServer, keep: false, Stop);
        HugePages.TakeBack(own.Directory);
        HugePages.Add(allowed, HugePages.AllowedFile, HugePages.LockedFile);
        await File.WriteAllTextAsync(own.Directory.HugePagesFile, written, Stop);
        await own.DisposeAsync();
        // Servers of other tests come and go with some hundred pages each.
        Assert.InRange(await AllowedAsync(), 0, 100_000);
    }

    [Fact]
    public async Task A_setting_that_the_server_refuses_is_named_with_the_servers_own_words()
    {
        var settings = new Dictionary<string, string> { ["shared_buffers"] = "many" };
        var failure = await Assert.ThrowsAsync<Core.HarnessException>(
            () => NativeCluster.StartAsync(cluster.Server.Binaries, settings, keep: false, Stop));
        Assert.Contains("invalid value for parameter \"shared_buffers\": \"many\"", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<long> AllowedAsync() => long.Parse(await File.ReadAllTextAsync(HugePages.AllowedFile, Stop));

    private static void RequireHugePages()
    {
        try
        {
            File.OpenWrite(HugePages.AllowedFile).Dispose();
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            Assert.Skip($"Only root may allow huge pages, and this kernel must let it: {refusal.Message}");
        }
    }

    internal static Dictionary<string, string> SmallServer => new() { ["shared_buffers"] = "16MB", ["max_connections"] = "20" };
}
