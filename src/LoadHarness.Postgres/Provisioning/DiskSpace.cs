using LoadHarness.Core;
using Npgsql;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>Refuses a seeding that would fill the disk, as far as the server's disk can be seen from here.</summary>
public sealed class DiskSpace(Func<string, long?> freeBytes)
{
    // Measured on PostgreSQL 15 with the optimized schema, its sends, activities and every index included: 1,720 bytes a lead at 200,000
    // leads (partitions and their indexes have a size of their own), 1,570 at 2,000,000. The sorting files of the index builds reached 70
    // bytes a lead, while other indexes were still to come, so that the data directory without WAL was never larger than in the end. WAL
    // stays below max_wal_size, which is added.
    private const long BytesPerLead = 2_000;

    /// <returns>Bytes that a seeded cluster takes while it is filled.</returns>
    public static long BytesFor(long leads, long maxWalBytes) => (leads * BytesPerLead) + maxWalBytes;

    /// <exception cref="HarnessException">The cluster or its copies would not find room; the message names the disk.</exception>
    public async Task CheckAsync(NpgsqlConnection connection, long leads, PlannedCopies copies, CancellationToken cancellationToken)
    {
        if (await DataDirectoryAsync(connection, cancellationToken) is not { } directory) return;
        var wal = await connection.ScalarAsync<long>("select pg_size_bytes(current_setting('max_wal_size'))", cancellationToken);
        if (copies.KeptIn is not { } keptIn)
        {
            Require(directory, BytesFor(leads, wal), $"Seeding {leads} leads");
            return;
        }

        var (kept, copy) = (NearestOf(keptIn), leads * BytesPerLead);
        var isOneDisk = DiskOf(kept) == DiskOf(directory);
        // Where blocks can be shared, a server that starts from the copy has those of the copy.
        var servers = isOneDisk && SharesBlocks(directory) ? 0 : copies.Servers * copy;
        var needed = Math.Max(BytesFor(leads, wal), servers);
        Require(directory, isOneDisk ? needed + copy : needed, $"Seeding {leads} leads and copying the server");
        if (!isOneDisk) Require(kept, copy, $"Keeping a server with {leads} leads");
    }

    private void Require(string directory, long needed, string what)
    {
        if (freeBytes(directory) is { } free && free < needed)
            throw new HarnessException(
                $"{what} needs about {needed / 1e9:0.0} GB in {directory}, which has {free / 1e9:0.0} GB free. "
                    + "Free some space, or ask for fewer contacts. Private servers are below TMPDIR, kept ones below LOADHARNESS_CACHE: "
                    + "set that variable to a directory on a larger disk.");
    }

    // A directory that will be made has the disk of the one above it.
    private static string NearestOf(string directory)
    {
        var next = Path.GetFullPath(directory);
        while (!Directory.Exists(next) && Path.GetDirectoryName(next) is { } above) next = above;
        return next;
    }

    /// <summary>The innermost mount point above a directory.</summary>
    private static string? DiskOf(string directory)
    {
        const char separator = '/';
        var path = Path.GetFullPath(directory).Replace(Path.DirectorySeparatorChar, separator) + separator;
        return DriveInfo.GetDrives()
            .Select(drive => drive.Name.Replace(Path.DirectorySeparatorChar, separator).TrimEnd(separator) + separator)
            .Where(mount => path.StartsWith(mount, StringComparison.Ordinal))
            .MaxBy(mount => mount.Length);
    }

    // cp asks for it; see ClusterSnapshot.CopyToAsync.
    private static bool SharesBlocks(string directory) => new DriveInfo(directory).DriveFormat is "btrfs" or "xfs" or "apfs";

    /// <returns>Null of a server elsewhere, and for a login that may not see it, without the rights of pg_read_all_settings.</returns>
    private static async Task<string?> DataDirectoryAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var visible = await connection.ScalarAsync<bool>(
            "select pg_has_role(current_user, 'pg_read_all_settings', 'usage')", cancellationToken);
        if (!visible) return null;
        var directory = await connection.ScalarAsync<string>("select current_setting('data_directory')", cancellationToken);
        var backend = await connection.ScalarAsync<int>("select pg_backend_pid()", cancellationToken);
        return directory is not null && DirectoryHere.Is(directory, backend) ? directory : null;
    }

    public static long? FreeBytesOf(string directory) => Directory.Exists(directory) ? new DriveInfo(directory).AvailableFreeSpace : null;
}
