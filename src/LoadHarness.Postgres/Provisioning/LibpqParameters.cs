using LoadHarness.Core;
using LoadHarness.Core.Input;
using Npgsql;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>
/// The words of libpq (PostgreSQL 18) for a connection, as Npgsql's. One that Npgsql has no keyword for, and that cannot be left out
/// without a loss, is refused.
/// </summary>
internal static class LibpqParameters
{
    /// <summary>Longer words are none of libpq's or Npgsql's.</summary>
    private const int LongestName = 40;

    private const int LongestTimeout = 1024;

    // They choose how libpq itself works, or speak of more than one host.
    private static readonly HashSet<string> WithoutMeaning = new(StringComparer.Ordinal)
    {
        "fallback_application_name", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
        "sslcompression", "sslsni", "gsslib", "gssdelegation", "load_balance_hosts", "min_protocol_version", "max_protocol_version",
    };

    // Without them the connection would be less safe than was asked for, or another one.
    private static readonly HashSet<string> Refused = new(StringComparer.Ordinal)
    {
        "sslcrl", "sslcrldir", "sslcertmode", "sslkeylogfile", "ssl_min_protocol_version", "ssl_max_protocol_version", "requirepeer",
        "replication", "service", "servicefile", "scram_client_key", "scram_server_key", "oauth_issuer", "oauth_client_id",
        "oauth_client_secret", "oauth_scope",
    };

    private static readonly Dictionary<string, Action<NpgsqlConnectionStringBuilder, string>> Setters = new(StringComparer.Ordinal)
    {
        ["host"] = SetHost,
        ["hostaddr"] = SetHostAddress,
        ["port"] = (target, value) => target.Port = PostgresUri.PortOf(value),
        ["dbname"] = (target, value) => target.Database = value,
        ["user"] = (target, value) => target.Username = value,
        ["password"] = (target, value) => target.Password = value,
        ["passfile"] = (target, value) => target.Passfile = value,
        ["require_auth"] = (target, value) => target.RequireAuth = string.Join(',', value.Split(',').Select(MethodOf)),
        ["channel_binding"] = (target, value) => target.ChannelBinding = WordOf<ChannelBinding>(value),
        ["connect_timeout"] = (target, value) => target.Timeout = Math.Clamp(int.Parse(value), 0, LongestTimeout),
        ["client_encoding"] = SetEncoding,
        ["options"] = (target, value) => target.Options = value,
        ["application_name"] = (target, value) => target.ApplicationName = value,
        ["gssencmode"] = (target, value) => target.GssEncryptionMode = WordOf<GssEncryptionMode>(value),
        ["krbsrvname"] = (target, value) => target.KerberosServiceName = value,
        ["ssl"] = SetEncryption,
        ["sslmode"] = (target, value) => target.SslMode = WordOf<SslMode>(value),
        ["sslnegotiation"] = SetNegotiation,
        ["sslcert"] = (target, value) => target.SslCertificate = value,
        ["sslkey"] = (target, value) => target.SslKey = value,
        ["sslpassword"] = (target, value) => target.SslPassword = value,
        ["sslrootcert"] = SetRootCertificate,
        ["target_session_attrs"] = RequireOfPrimary,
    };

    /// <param name="maySayNames">Not where a name may be a part of a password.</param>
    /// <exception cref="HarnessException">One is not known, or has a value that it does not take.</exception>
    /// <exception cref="FormatException">As that, without the name.</exception>
    public static void Apply(
        NpgsqlConnectionStringBuilder target, IEnumerable<KeyValuePair<string, string>> parameters, bool maySayNames)
    {
        foreach (var (name, value) in parameters.OrderBy(parameter => TurnOf(parameter.Key)))
        {
            if (WithoutMeaning.Contains(name)) continue;
            try
            {
                // Keywords of Npgsql are taken as well.
                if (Setters.TryGetValue(name, out var set)) Set(set, target, value);
                else if (target.ContainsKey(name)) target[name] = value;
                else throw Unknown(name, maySayNames);
            }
            catch (Exception wrong) when (wrong is ArgumentException or FormatException or OverflowException or InvalidCastException)
            {
                if (!maySayNames || !IsName(name)) throw new FormatException("a parameter of the URI cannot be read");
                throw new HarnessException(
                    $"The parameter {name} of the postgres:// address has a value that it does not take here.", ExitCode.BadUsage);
            }
        }
    }

    // To libpq an empty value is its default.
    private static void Set(Action<NpgsqlConnectionStringBuilder, string> set, NpgsqlConnectionStringBuilder target, string value)
    {
        if (value.Length > 0) set(target, value);
    }

    private static Exception Unknown(string name, bool maySayNames)
    {
        if (!maySayNames || !IsName(name)) return new FormatException("a parameter of the URI is not known");
        var nearest = Refused.Contains(name) ? null : Spelling.Nearest(name, Setters.Keys);
        return new HarnessException(
            $"The postgres:// address has the parameter {name}, which this program does not take. "
                + (nearest is null ? "Leave it out." : $"Did you mean {nearest}? Else leave it out."), ExitCode.BadUsage);
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && name.All(sign => char.IsAsciiLetterOrDigit(sign) || sign is '_' or ' ');

    // What says more comes later, wherever it stands: sslmode after ssl, and what depends on others at the end.
    private static int TurnOf(string name) => name switch
    {
        "ssl" => 0,
        "hostaddr" or "sslrootcert" => 2,
        "sslnegotiation" => 3,
        _ => 1,
    };

    private static void SetHost(NpgsqlConnectionStringBuilder target, string value)
    {
        PostgresUri.RequireOneHost(value);
        target.Host = value;
    }

    // Beside a name it spares libpq a look-up; the certificate is that of the name.
    private static void SetHostAddress(NpgsqlConnectionStringBuilder target, string value)
    {
        PostgresUri.RequireOneHost(value);
        if (string.IsNullOrEmpty(target.Host)) target.Host = value;
    }

    private static void SetEncoding(NpgsqlConnectionStringBuilder target, string value)
    {
        if (value != "auto") target.ClientEncoding = value;
    }

    // libpq reads this word of JDBC, with this value alone.
    private static void SetEncryption(NpgsqlConnectionStringBuilder target, string value) =>
        target.SslMode = value == "true" ? SslMode.Require : throw new FormatException("not true");

    // Npgsql refuses it with less encryption, but only when it connects.
    private static void SetNegotiation(NpgsqlConnectionStringBuilder target, string value)
    {
        target.SslNegotiation = WordOf<SslNegotiation>(value);
        if (target.SslNegotiation == SslNegotiation.Direct && target.SslMode < SslMode.Require)
            throw new FormatException("direct without sslmode=require or more");
    }

    // The system's own certificates are what Npgsql takes where no file is named; libpq then checks the name as well. With a file libpq
    // checks the certificate also where encryption alone is asked for, and Npgsql would take any.
    private static void SetRootCertificate(NpgsqlConnectionStringBuilder target, string value)
    {
        if (value == "system")
        {
            target.SslMode = SslMode.VerifyFull;
            return;
        }

        target.RootCertificate = value;
        if (target.SslMode == SslMode.Require) target.SslMode = SslMode.VerifyCA;
    }

    // Npgsql looks which server it is among several hosts only. What this program does wants one that can be written to, so that asking for
    // such a one changes nothing; asking for another would be given up unseen.
    private static void RequireOfPrimary(NpgsqlConnectionStringBuilder target, string value)
    {
        if (value is not ("any" or "read-write" or "primary" or "prefer-standby")) throw new FormatException("asks for a standby");
    }

    private static string MethodOf(string word)
    {
        var isRefused = word.StartsWith('!');
        var method = (isRefused ? word[1..] : word) switch
        {
            "password" => "Password",
            "md5" => "MD5",
            "gss" => "GSS",
            "sspi" => "SSPI",
            "scram-sha-256" => "ScramSHA256",
            "none" => "None",
            _ => throw new FormatException("not a method that Npgsql has"),
        };
        return isRefused ? $"!{method}" : method;
    }

    /// <summary>Npgsql's words are libpq's without hyphens, in other capitals.</summary>
    private static T WordOf<T>(string value)
        where T : struct, Enum
    {
        var word = value.Replace("-", "", StringComparison.Ordinal);
        var name = Enum.GetNames<T>().FirstOrDefault(known => known.Equals(word, StringComparison.OrdinalIgnoreCase));
        return name is null ? throw new FormatException("not one of its words") : Enum.Parse<T>(name);
    }
}
