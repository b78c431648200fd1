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

    public async Task CheckAsync(NpgsqlConnection connection, long leads, CancellationToken cancellationToken)
    {
        var directory = await DataDirectoryAsync(connection, cancellationToken);
        if (directory is null || freeBytes(directory) is not { } free)
            return;
        var wal = await connection.ScalarAsync<long>("select pg_size_bytes(current_setting('max_wal_size'))", cancellationToken);
        var needed = BytesFor(leads, wal);
        if (free < needed)
            throw new HarnessException(
                $"Seeding {leads} leads needs about {needed / 1e9:0.0} GB in {directory}, which has {free / 1e9:0.0} GB free. "
                    + "Free some space, use another disk, or ask for fewer contacts.");
    }

    // Only a superuser or a member of pg_read_all_settings may see it; a server elsewhere has a directory that is not here.
    private static async Task<string?> DataDirectoryAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var visible = await connection.ScalarAsync<bool>(
            "select pg_has_role(current_user, 'pg_read_all_settings', 'usage')", cancellationToken);
        return visible ? await connection.ScalarAsync<string>("select current_setting('data_directory')", cancellationToken) : null;
    }

    public static long? FreeBytesOf(string directory) => Directory.Exists(directory) ? new DriveInfo(directory).AvailableFreeSpace : null;
}
