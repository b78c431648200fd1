using System.Globalization;
using LoadHarness.Core;
using Npgsql;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>
/// Reads <c>postgres://user:password@host:port/database?sslmode=...</c>, the form that services hand out, with the parameters of libpq.
/// </summary>
internal static class PostgresUri
{
    private const int DefaultPort = 5432;

    /// <exception cref="FormatException">Not such a URI; its text is not repeated, for it may hold a password.</exception>
    /// <exception cref="HarnessException">A parameter or a host that cannot be taken; a parameter is named, and no value.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        var rest = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var end = EndOfAuthority(rest);
        var (authority, path, query) = (rest[..end], rest[end..].Split('?', 2)[0], rest[end..].Split('?', 2).ElementAtOrDefault(1) ?? "");
        var at = authority.LastIndexOf('@');
        // A / that stands in a password as it is ends the authority too early: then the rest of the password would be told as a database.
        if (at < 0 && path.Contains('@')) throw new FormatException("a sign of the user or password is not escaped");
        var target = new NpgsqlConnectionStringBuilder { Port = DefaultPort };
        if (at >= 0) SetAccount(target, authority[..at].Split(':', 2));
        SetAddress(target, authority[(at + 1)..]);
        if (path.Length > 1) target.Database = Uri.UnescapeDataString(path[1..]);
        LibpqParameters.Apply(target, PairsOf(query), maySayNames: !rest[end..].Contains('@'));
        return target;
    }

    /// <exception cref="HarnessException">There are several, and a run measures one server.</exception>
    public static void RequireOneHost(string hosts)
    {
        if (hosts.Contains(','))
            throw new HarnessException(
                "The postgres:// address names several hosts. A run measures one server: give the address of that one.", ExitCode.BadUsage);
    }

    public static int PortOf(string text) => ushort.Parse(text, NumberStyles.None);

    // As libpq: the account may hold a ?, the host may not.
    private static int EndOfAuthority(string rest)
    {
        var slash = rest.IndexOf('/');
        var account = rest.IndexOf('@');
        var host = account >= 0 && (slash < 0 || account < slash) ? account : 0;
        var end = rest.AsSpan(host).IndexOfAny('/', '?');
        return end < 0 ? rest.Length : host + end;
    }

    private static void SetAccount(NpgsqlConnectionStringBuilder target, string[] account)
    {
        if (account[0].Length > 0) target.Username = Uri.UnescapeDataString(account[0]);
        if (account.Length > 1) target.Password = Uri.UnescapeDataString(account[1]);
    }

    /// <param name="address">A host with or without a port; one of IPv6 stands in brackets.</param>
    private static void SetAddress(NpgsqlConnectionStringBuilder target, string address)
    {
        RequireOneHost(address);
        var bracket = address.LastIndexOf(']');
        var colon = address.IndexOf(':', bracket + 1);
        var host = colon < 0 ? address : address[..colon];
        if (host.StartsWith('[') != host.EndsWith(']')) throw new FormatException("an address of IPv6 stands in brackets");
        host = Uri.UnescapeDataString(host.Trim('[', ']'));
        if (host.Length > 0) target.Host = host.All(char.IsAscii) ? host : new IdnMapping().GetAscii(host);
        if (colon >= 0 && colon + 1 < address.Length) target.Port = PortOf(address[(colon + 1)..]);
    }

    private static IEnumerable<KeyValuePair<string, string>> PairsOf(string query) => query
        .Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2))
        .Select(pair => KeyValuePair.Create(
            Uri.UnescapeDataString(pair[0]), Uri.UnescapeDataString(pair.ElementAtOrDefault(1) ?? "")));
}
