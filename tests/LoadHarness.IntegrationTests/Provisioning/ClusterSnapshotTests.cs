using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Seeding;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Seeding;
using Npgsql;

namespace LoadHarness.IntegrationTests.Provisioning;

public sealed class ClusterSnapshotTests
{
    private static readonly SeedRequest Request = new(1_000, 42, 2) { SeededAtMonth = new DateOnly(2026, 10, 1) };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_started_from_a_snapshot_holds_the_seeded_rows_and_not_what_a_run_did_to_them()
    {
        var binaries = await OwnServer.BinariesAsync();
        var snapshot = new ClusterSnapshot(Path.Combine(Path.GetTempPath(), $"loadharness-snapshot-{Guid.NewGuid():N}"));
        try
        {
            var checksum = await SeedAndSaveAsync(snapshot, binaries);
            var request = new DatabaseRequest(new DatabaseTarget.Native(), ServerProfile.Checklist, Keep: false, Force: false)
            {
                Snapshot = _ => snapshot,
            };
            await using var database = await Provisioner.ProvisionAsync(request, SilentProgress.Instance, Stop);
            await using var source = NpgsqlDataSource.Create(database.AdminConnectionString);

            Assert.Equal(checksum, (await SeedReuse.FindAsync(source, Request, Stop))?.Checksum);
            Assert.Equal(["1000"], await Catalog.LinesAsync(source, "select count(*)::text from leads where workspace_id = 1"));
            await TheCopyWithoutTheSystemsCommandIsTheSameAsync(snapshot);
        }
        finally
        {
            snapshot.RemoveIfThere();
        }
    }

    [Fact]
    public async Task A_file_where_a_copy_is_to_lie_is_named_and_stays()
    {
        using var cache = new TemporaryDirectory();
        var place = new ClusterSnapshot(Path.Combine(cache.Path, "place"));
        await File.WriteAllTextAsync(place.Directory, "mine", Stop);

        await RefusesAsync(place);

        Assert.Equal("mine", await File.ReadAllTextAsync(Assert.Single(Directory.GetFileSystemEntries(cache.Path)), Stop));
    }

    [Fact]
    public async Task A_copy_that_only_another_user_may_read_is_named()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            Assert.Skip("Root reads every directory, and Windows has no file modes.");
            return;
        }

        using var cache = new TemporaryDirectory();
        var place = new ClusterSnapshot(Path.Combine(cache.Path, "place"));
        Directory.CreateDirectory(place.Directory, UnixFileMode.None);
        try
        {
            Assert.True(place.IsUnreadable());
            await RefusesAsync(place);
        }
        finally
        {
            File.SetUnixFileMode(place.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    // No server is asked: there is none.
    private static async Task RefusesAsync(ClusterSnapshot place)
    {
        var binaries = await OwnServer.BinariesAsync();
        var saving = await Assert.ThrowsAsync<HarnessException>(
            () => place.SaveAsync("Host=127.0.0.1;Port=1;Username=postgres;Password=x", binaries, Stop));
        var starting = Assert.Throws<HarnessException>(() => place.Require());

        Assert.Contains($"'{place.Directory}'", saving.Message, StringComparison.Ordinal);
        Assert.Equal((ExitCode.BadUsage, saving.Message), (starting.ExitCode, starting.Message));
    }

    [Fact]
    public void Each_scale_seed_month_and_server_has_a_place_of_its_own()
    {
        SeedRequest[] requests = [Request, Request with { Contacts = 1_001 }, Request with { Seed = 43 },
            Request with { SeededAtMonth = new DateOnly(2026, 9, 1) }];
        var places = requests.Select(request => request.SnapshotFor(15)).Append(Request.SnapshotFor(17));
        Assert.Equal(5, places.Distinct().Count());
        Assert.Equal(Request.SnapshotFor(15), (Request with { Workers = 7 }).SnapshotFor(15));
    }

    // What a system without cp does: Windows.
    private static async Task TheCopyWithoutTheSystemsCommandIsTheSameAsync(ClusterSnapshot snapshot)
    {
        var copy = Path.Combine(snapshot.Directory, "copy");
        await DirectoryCopy.RunAsync(snapshot.Data, copy, Stop);

        Assert.Equal(Listing(snapshot.Data), Listing(copy));
    }

    private static string[] Listing(string root) =>
    [
        .. new DirectoryInfo(root).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Select(entry => $"{Path.GetRelativePath(root, entry.FullName)} {(entry is FileInfo file
                ? Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file.FullName)))
                : "directory")}")
            .Order(StringComparer.Ordinal),
    ];

    private static async Task<string> SeedAndSaveAsync(ClusterSnapshot snapshot, PostgresBinaries binaries)
    {
        var request = new DatabaseRequest(new DatabaseTarget.Native(), ServerProfile.Checklist, Keep: false, Force: false)
        {
            Snapshot = _ => snapshot,
        };
        await using var database = await Provisioner.ProvisionAsync(request, SilentProgress.Instance, Stop);
        await using var source = NpgsqlDataSource.Create(database.AdminConnectionString);
        await SchemaTemplates.BuildAsync(source, SchemaState.Base);
        var manifest = await new Seeder(source).SeedAsync(Request, SilentProgress.Instance, Stop);
        await snapshot.SaveAsync(database.AdminConnectionString, binaries, Stop);
        await using var change = source.CreateCommand(
            "delete from lead_activities; delete from email_sends; delete from leads where id <= 500");
        await change.ExecuteNonQueryAsync(Stop);
        return manifest.Checksum;
    }
}
