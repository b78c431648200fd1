using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using Npgsql;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>Looks up what a running server is and can do. Changes nothing in it.</summary>
internal static class ServerInspection
{
    public static async Task<ServerEnvironment> OfAsync(string connectionString, ServerKind kind, CancellationToken cancellationToken)
    {
        await using var connection = await SingleSession.OpenAsync(connectionString, cancellationToken);
        var settings = await SettingsAsync(connection, cancellationToken);
        var capabilities = await ServerCapabilities.OfAsync(connection, settings, cancellationToken);
        var target = new NpgsqlConnectionStringBuilder(connectionString);
        return new ServerEnvironment(kind, $"{target.Host}:{target.Port}", connection.PostgreSqlVersion.ToString(), settings,
            capabilities)
        {
            Database = kind == ServerKind.Given
                ? await connection.ScalarAsync<string>("select current_database()", cancellationToken)
                : null,
        };
    }

    /// <exception cref="HarnessException">A server that the harness started runs without durability.</exception>
    public static void RequireDurability(ServerEnvironment server)
    {
        foreach (var name in ServerSettings.Durability.Where(name => server.Settings.TryGetValue(name, out var value) && value != "on"))
            throw new HarnessException(
                $"The {server.Provisioning.Word()} server runs with {name} = {server.Settings[name]}; figures taken so are worthless. "
                    + $"Its settings must say {name} = on.");
    }

    /// <summary>As the server shows them, with units. One that this role may not see, or this version lacks, is left out.</summary>
    private static async Task<Dictionary<string, string>> SettingsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        const string sql = """
            select name, current_setting(name, true)
            from unnest($1::text[]) as wanted (name)
            where current_setting(name, true) is not null
            """;
        var visible = await VisibleAsync(connection, cancellationToken);
        return (await connection.ListAsync(
            sql, row => (Name: row.GetString(0), Value: row.GetString(1)), cancellationToken,
            [ServerSettings.Recorded.Where(visible.Contains).ToArray()])).ToDictionary(setting => setting.Name, setting => setting.Value);
    }

    private static async Task<HashSet<string>> VisibleAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        return [.. await connection.TextsAsync("select name from pg_settings", cancellationToken)];
    }
}
