using System.Collections;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>The environment's words for PostgreSQL's clients, such as PGOPTIONS, PGSERVICE and PGSSLMODE.</summary>
internal static class ClientEnvironment
{
    /// <summary>
    /// Takes them away from this program and from those that it starts: they are meant for somebody's own server, and would reach every
    /// session of a private one. What a given database is reached by is left alone.
    /// </summary>
    public static void Forget()
    {
        var names = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(entry => (string)entry.Key);
        foreach (var name in names.Where(
            name => name.StartsWith("PG", StringComparison.Ordinal)
            && name.All(letter => char.IsAsciiLetterUpper(letter) || letter == '_')))
            Environment.SetEnvironmentVariable(name, null);
    }
}
