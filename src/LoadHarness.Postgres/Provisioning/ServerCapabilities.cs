using LoadHarness.Core.Measurement;
using LoadHarness.Postgres.Distribution;
using Npgsql;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>What the harness uses when a server has it. A missing one makes its ids unavailable; it never stops a run.</summary>
internal static class ServerCapabilities
{
    public const string Superuser = "superuser";
    public const string Tls = "tls";

    /// <summary>EX-1 to EX-5, and the trigram search that BF-6 stands on.</summary>
    private static readonly (string Name, string? Package, bool Preloaded, bool SuperuserOnly)[] Extensions =
    [
        ("pg_partman", "partman", false, true),
        ("pg_stat_statements", null, true, true),
        ("btree_gin", null, false, false),
        ("btree_gist", null, false, false),
        ("pg_cron", "cron", true, true),
        ("pg_trgm", null, false, false),
    ];

    internal static async Task<IReadOnlyList<Capability>> OfAsync(
        NpgsqlConnection connection, Dictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var superuser = await connection.ScalarAsync<bool>("select rolsuper from pg_roles where rolname = current_user", cancellationToken);
        var major = connection.PostgreSqlVersion.Major;
        var offered = await OfferedAsync(connection, cancellationToken);
        var preloaded = await PreloadedAsync(connection, settings, cancellationToken);
        var cluster = await ClusterShape.ReadAsync(connection, cancellationToken);
        return
        [
            .. Extensions.Select(extension => Judge(extension, offered, preloaded, superuser, major)),
            new Capability(ClusterShape.Capability, cluster.IsCoordinator, offered.GetValueOrDefault(ClusterShape.Capability).Version,
                cluster.Remedy),
            new Capability(Superuser, superuser, null, superuser ? null
                : "Connect as a superuser for what needs one: creating trusted-only extensions, COPY from server files, "
                    + "per-role settings. The rest works without."),
            new Capability(Tls, settings.GetValueOrDefault("ssl") == "on", null, settings.GetValueOrDefault("ssl") == "on" ? null
                : "Set ssl = on with ssl_cert_file and ssl_key_file in postgresql.conf, and connect with SSL Mode=VerifyFull."),
        ];
    }

    private static Capability Judge(
        (string Name, string? Package, bool Preloaded, bool SuperuserOnly) extension,
        Dictionary<string, (string Version, bool Installed)> offered, IReadOnlyCollection<string> preloaded, bool superuser, int major)
    {
        if (!offered.TryGetValue(extension.Name, out var found))
            return new Capability(extension.Name, false, null, InstallCommand(extension.Package, major));
        if (extension.Preloaded && !preloaded.Contains(extension.Name))
            return new Capability(extension.Name, false, found.Version,
                $"Add {extension.Name} to shared_preload_libraries and restart the server.");
        if (!found.Installed && extension.SuperuserOnly && !superuser)
            return new Capability(extension.Name, false, found.Version,
                $"As a superuser, or in the service's console: create extension {extension.Name};");
        return new Capability(extension.Name, true, found.Version, null);
    }

    private static string InstallCommand(string? package, int major) => package is null
        ? $"Debian, Ubuntu: apt-get install postgresql-contrib (part of postgresql-{major})"
        : $"Debian, Ubuntu: apt-get install postgresql-{major}-{package}";

    private static async Task<Dictionary<string, (string Version, bool Installed)>> OfferedAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        const string sql = """
            select name, coalesce(installed_version, default_version), installed_version is not null from pg_available_extensions
            """;
        var offered = await connection.ListAsync(
            sql, row => (Name: row.GetString(0), Version: row.GetString(1), Installed: row.GetBoolean(2)), cancellationToken);
        return offered.ToDictionary(extension => extension.Name, extension => (extension.Version, extension.Installed));
    }

    /// <summary>
    /// An ordinary role may not read shared_preload_libraries; the settings that a loaded module brings are a witness that it may see.
    /// </summary>
    private static async Task<IReadOnlyCollection<string>> PreloadedAsync(
        NpgsqlConnection connection, Dictionary<string, string> settings, CancellationToken cancellationToken)
    {
        if (settings.TryGetValue("shared_preload_libraries", out var list))
            return list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var witnesses = new List<string>();
        if (await SettingExistsAsync(connection, "pg_stat_statements.max", cancellationToken)) witnesses.Add("pg_stat_statements");
        if (await SettingExistsAsync(connection, "cron.log_run", cancellationToken)) witnesses.Add("pg_cron");
        return witnesses;
    }

    private static async Task<bool> SettingExistsAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.ScalarAsync<bool>("select current_setting($1, true) is not null", cancellationToken, name);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            // Only a setting that exists is refused.
            return true;
        }
    }
}
