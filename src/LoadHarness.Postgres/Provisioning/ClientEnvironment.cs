using System.Collections;
using System.Collections.Concurrent;
using System.Data.Common;
using Npgsql;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>The environment's words for PostgreSQL's clients, such as PGOPTIONS, PGSERVICE and PGSSLMODE.</summary>
internal static class ClientEnvironment
{
    /// <summary>Those that Npgsql reads where a connection string has no such keyword.</summary>
    private static readonly (string Variable, string Keyword)[] KeywordsOf =
    [
        ("PGUSER", "Username"), ("PGPASSWORD", "Password"), ("PGPASSFILE", "Passfile"), ("PGSSLCERT", "SSL Certificate"),
        ("PGSSLKEY", "SSL Key"), ("PGSSLROOTCERT", "Root Certificate"), ("PGSSLNEGOTIATION", "SSL Negotiation"),
        ("PGGSSENCMODE", "GSS Encryption Mode"), ("PGREQUIREAUTH", "Require Auth"), ("PGOPTIONS", "Options"), ("PGTZ", "Timezone"),
        ("PGCLIENTENCODING", "Client Encoding"),
    ];

    private static readonly ConcurrentDictionary<string, string> Forgotten = new();

    /// <summary>
    /// Takes them away from this program and from those that it starts: they are meant for somebody's own server, and would reach every
    /// session of a private one.
    /// </summary>
    public static void Forget()
    {
        foreach (var (name, value) in Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(entry => ((string)entry.Key, (string)entry.Value!)))
        {
            if (!name.StartsWith("PG", StringComparison.Ordinal) || !name.All(letter => char.IsAsciiLetterUpper(letter) || letter == '_'))
                continue;
            Forgotten[name] = value;
            Environment.SetEnvironmentVariable(name, null);
        }
    }

    /// <summary>
    /// Writes them into the connection string of somebody's own server, which is reached by them also when a private one was started.
    /// </summary>
    public static void FillIn(NpgsqlConnectionStringBuilder given)
    {
        var said = new DbConnectionStringBuilder { ConnectionString = given.ConnectionString };
        foreach (var (variable, keyword) in KeywordsOf)
        {
            if (said.ContainsKey(keyword)) continue;
            var value = Environment.GetEnvironmentVariable(variable) ?? Forgotten.GetValueOrDefault(variable);
            if (!string.IsNullOrEmpty(value)) given[keyword] = value;
        }
    }
}
