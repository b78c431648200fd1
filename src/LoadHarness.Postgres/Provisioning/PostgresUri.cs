using Npgsql;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>Reads <c>postgres://user:password@host:port/database?sslmode=...</c>, the form that services hand out.</summary>
internal static class PostgresUri
{
    /// <exception cref="FormatException">Not such a URI; its text is not repeated, for it may hold a password.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri)) throw new FormatException("it starts like a URI, but is none");
        var account = uri.UserInfo.Split(':', 2);
        var target = new NpgsqlConnectionStringBuilder { Host = uri.IdnHost, Port = uri.Port > 0 ? uri.Port : 5432 };
        if (account[0].Length > 0) target.Username = Uri.UnescapeDataString(account[0]);
        if (account.Length > 1) target.Password = Uri.UnescapeDataString(account[1]);
        if (uri.AbsolutePath.Length > 1) target.Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]);
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)))
            Apply(target, Uri.UnescapeDataString(pair[0]), Uri.UnescapeDataString(pair.ElementAtOrDefault(1) ?? ""));
        return target;
    }

    private static void Apply(NpgsqlConnectionStringBuilder target, string name, string value)
    {
        switch (name)
        {
            case "sslmode":
                target["SSL Mode"] = value.Replace("-", "", StringComparison.Ordinal);
                break;
            case "sslrootcert":
                target.RootCertificate = value;
                break;
            case "application_name":
                target.ApplicationName = value;
                break;
            case "connect_timeout":
                target.Timeout = int.Parse(value);
                break;
            default:
                target[name] = value;
                break;
        }
    }
}
