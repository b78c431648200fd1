using LoadHarness.Core.Options;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>Server settings of a profile, by name. Durability is on in all of them: figures without it are worthless.</summary>
public static class ServerSettings
{
    /// <summary>
    /// Megabytes that memory is rounded down to, for settings that are made from it: a system that keeps a little more for itself after an
    /// update would have others, and no earlier run would be comparable.
    /// </summary>
    private const long MemoryStep = 256;

    /// <summary>On in every profile, and read back after the start.</summary>
    public static IReadOnlyList<string> Durability => Core.Validity.Durability.Settings;

    /// <summary>Read back with SHOW and stored in the run.</summary>
    public static IReadOnlyList<string> Recorded { get; } =
    [
        .. Durability, HugePages.Status, "max_connections", "shared_buffers", "effective_cache_size", "maintenance_work_mem", "work_mem",
        "max_parallel_workers", "max_parallel_workers_per_gather", "max_parallel_maintenance_workers", "max_worker_processes",
        "max_wal_size", "min_wal_size", "checkpoint_timeout", "checkpoint_completion_target", "wal_buffers", "wal_level", "wal_compression",
        "random_page_cost", "effective_io_concurrency", "jit", "track_io_timing", "autovacuum", "default_statistics_target",
        "data_checksums", "ssl", "server_encoding", "lc_collate", "TimeZone", "shared_preload_libraries",
    ];

    /// <param name="libraries">Modules that this server can preload.</param>
    /// <param name="cronDatabase">Where pg_cron lives.</param>
    public static Dictionary<string, string> For(
        ServerProfile profile, MachineSize machine, IReadOnlyCollection<string> libraries, string cronDatabase)
    {
        var settings = profile == ServerProfile.Tuned ? Tuned(machine) : Checklist();
        foreach (var name in Durability) settings[name] = "on";
        foreach (var (name, value) in Common()) settings.TryAdd(name, value);
        settings["shared_preload_libraries"] = string.Join(',', libraries);
        if (libraries.Contains("pg_cron"))
        {
            // The default opens a connection to localhost for each job, and fails when that wants a password.
            settings["cron.use_background_workers"] = "on";
            settings["cron.database_name"] = cronDatabase;
        }

        return settings;
    }

    /// <summary>CF-1 to CF-5.</summary>
    private static Dictionary<string, string> Checklist() => new()
    {
        ["max_connections"] = "200",
        ["shared_buffers"] = "512MB",
        ["effective_cache_size"] = "2GB",
        ["maintenance_work_mem"] = "128MB",
        ["max_parallel_workers"] = "8",
    };

    /// <summary>PgTune's arithmetic for an online workload on solid-state storage.</summary>
    private static Dictionary<string, string> Tuned(MachineSize machine)
    {
        const int connections = 200;
        var memory = Coarse(machine.MemoryBytes >> 20);
        var shared = memory / 4;
        var workers = Math.Max(machine.Cores, 8);
        var settings = new Dictionary<string, string>
        {
            ["max_connections"] = Text(connections),
            ["shared_buffers"] = Megabytes(shared),
            ["effective_cache_size"] = Megabytes(memory * 3 / 4),
            ["maintenance_work_mem"] = Megabytes(Math.Min(memory / 16, MostMaintenanceMegabytes(machine.Platform))),
            ["work_mem"] = Megabytes(Math.Max((memory - shared) / ((connections + workers) * 3), 4)),
            ["max_wal_size"] = "8GB",
            ["wal_buffers"] = "16MB",
            ["max_parallel_workers"] = Text(workers),
        };
        // Elsewhere there is no posix_fadvise, and PostgreSQL 15 to 17 start with no figure but 0.
        if (machine.Platform == ServerPlatform.Linux) settings["effective_io_concurrency"] = "200";
        // Below four processors PgTune leaves the parallel settings alone.
        if (machine.Cores >= 4)
        {
            settings["max_parallel_workers_per_gather"] = Text(Math.Min(machine.Cores / 2, 4));
            settings["max_parallel_maintenance_workers"] = Text(Math.Min(machine.Cores / 2, 4));
        }

        return settings;
    }

    /// <summary>On Windows the server takes figures of memory below 2 GB only.</summary>
    private static long MostMaintenanceMegabytes(ServerPlatform platform) => platform == ServerPlatform.Windows ? 2047 : 8 * 1024;

    /// <summary>What both profiles share, so that comparing them compares the figures above and nothing else.</summary>
    private static Dictionary<string, string> Common() => new()
    {
        // The server's default of 8 leaves pg_cron and parallel queries to starve each other.
        ["max_worker_processes"] = "16",
        ["max_wal_size"] = "4GB",
        // Five imports of 100,000 rows. The default of 80 MB removes the segments that a quiet hour did not need.
        ["min_wal_size"] = "2GB",
        ["checkpoint_timeout"] = "15min",
        ["random_page_cost"] = "1.1",
        ["jit"] = "off",
        ["track_io_timing"] = "on",
        ["TimeZone"] = "UTC",
        ["log_timezone"] = "UTC",
    };

    private static long Coarse(long megabytes) => megabytes < MemoryStep ? megabytes : megabytes / MemoryStep * MemoryStep;

    private static string Megabytes(long figure) => Text(figure) + "MB";

    private static string Text(long figure) => figure.ToString();
}

/// <summary>What the server may use, and what it runs on.</summary>
public sealed record MachineSize(long MemoryBytes, int Cores, ServerPlatform Platform)
{
    public static MachineSize Here => new(
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, Environment.ProcessorCount,
        OperatingSystem.IsLinux() ? ServerPlatform.Linux : OperatingSystem.IsWindows() ? ServerPlatform.Windows : ServerPlatform.Other);
}

/// <summary>Systems that differ in the settings that their server takes.</summary>
public enum ServerPlatform
{
    Linux,
    Windows,

    /// <summary>macOS, for one.</summary>
    Other,
}
