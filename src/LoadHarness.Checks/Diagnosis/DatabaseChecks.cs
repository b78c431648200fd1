using LoadHarness.Core.Measurement;
using LoadHarness.Core.Validity;
using LoadHarness.Core.Verdicts;
using LoadHarness.Postgres.Migration;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.Checks.Diagnosis;

/// <summary>What a running server tells of itself.</summary>
internal static class DatabaseChecks
{
    public static IEnumerable<Verdict> Durability(ServerEnvironment server)
    {
        foreach (var name in ServerSettings.Durability)
        {
            var value = server.Settings.GetValueOrDefault(name);
            var title = $"{name} is on";
            yield return value switch
            {
                null => Verdict.Unavailable(name, title, "This role may not see it. Ask the service's operator."),
                "off" => Verdict.Looked(name, title, met: false,
                    $"{name} = off: figures taken so are invalid. Remedy: alter system set {name} = on; select pg_reload_conf();"),
                _ => Verdict.Looked(name, title, met: true, $"{name} = {value}"),
            };
        }
    }

    /// <summary>Nothing of a server whose disk cannot be seen from here.</summary>
    public static IEnumerable<Verdict> Storage(ServerEnvironment server)
    {
        const string title = "The server's data is on a disk";
        if (server.FileSystem is not { } fileSystem) yield break;
        var doubts = DataStorage.Doubts(fileSystem).ToList();
        yield return Verdict.Looked("storage", title, met: doubts.Count == 0, string.Join(' ', doubts.Prepend($"It is on {fileSystem}.")));
    }

    /// <summary>Nothing of a server that does not tell: it is on another machine, or older than version 17.</summary>
    public static IEnumerable<Verdict> HugePages(ServerEnvironment server)
    {
        const string title = "The server's buffers are on huge pages";
        if (server.Settings.GetValueOrDefault(Postgres.Provisioning.HugePages.Status) is not { } status) yield break;
        yield return status == "on"
            ? Verdict.Looked("huge-pages", title, met: true, "They are.")
            : Verdict.Unavailable("huge-pages", title,
                "They are on pages of 4 kB: sessions pay for each page of the buffers that they touch first, and figures vary with the "
                    + "machine's memory. As root: sysctl vm.nr_overcommit_hugepages=1024 allows 2 GB, taken only while a server runs.");
    }

    public static IEnumerable<Verdict> Capabilities(ServerEnvironment server) =>
        server.Capabilities.Select(capability => capability.Available
        ? Verdict.Looked(capability.Name, $"{capability.Name} is available", met: true,
            capability.Version is null ? "available" : $"version {capability.Version}")
        : Verdict.Unavailable(capability.Name, $"{capability.Name} is available", capability.Remedy ?? "missing"));

    /// <summary>Plans of tables without statistics are guesses.</summary>
    public static async Task<Verdict> AnalyzedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        const string title = "Tables with rows have statistics";
        const string sql = """
            select coalesce(string_agg(c.oid::regclass::text, ', ' order by pg_relation_size(c.oid) desc), '')
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'r'
              and c.reltuples < 0
              and pg_relation_size(c.oid) > 100 * 1024
              and n.nspname !~ '^(pg_|information_schema)'
            """;
        var tables = (await connection.ScalarAsync<string>(sql, cancellationToken))!;
        return tables.Length == 0
            ? Verdict.Looked("analyze", title, met: true, "No table of more than 100 kB lacks them.")
            : Verdict.Looked("analyze", title, met: false, $"Never analyzed: {tables}. Remedy: analyze;");
    }

    /// <summary>With lc_ctype C the server knows the case of ASCII letters only.</summary>
    public static async Task<Verdict> LettersAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        const string id = "letters";
        const string title = "The database knows the letters of all languages";
        // The byte for É of a database in another encoding would be another letter, and in some it is an error, also while the statement is
        // planned: the column keeps it from being computed then.
        const string sql = """
            select case when pg_encoding_to_char(encoding) <> 'UTF8' then 'the encoding ' || pg_encoding_to_char(encoding)
                        when lower(chr(201 + 0 * encoding)) <> chr(233 + 0 * encoding) then 'lc_ctype ' || datctype end
            from pg_database where datname = current_database()
            """;
        return await connection.ScalarAsync<string>(sql, cancellationToken) is not { } fault
            ? Verdict.Looked(id, title, met: true, "lower() knows them.")
            : Verdict.Unavailable(id, title,
                $"The database has {fault}: search and segments find É only as É and not as é, and the search "
                    + "index leaves out letters that are not ASCII. Addresses are compared right: they have a collation of their own. "
                    + "Remedy: pg_dump, create database NAME encoding 'UTF8' lc_ctype 'C.UTF-8' template template0, pg_restore.");
    }

    /// <summary>A role that may create in public can get its functions and operators run by the schema's owner.</summary>
    public static async Task<Verdict> TrustedSchemasAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        const string id = "trusted-schemas";
        const string title = "Only owners create in the schema public";
        var creators = await connection.TextsAsync(TrustedSchemas.CreatorsSql, cancellationToken);
        var strangers = await connection.TextsAsync(TrustedSchemas.StrangersSql, cancellationToken);
        if (strangers.Count > 0)
            return Verdict.Looked(id, title, met: false,
                $"It holds {string.Join(", ", strangers.Take(5))}. "
                    + "Remedy: drop it, move it to another schema, or give it to the owner of the database.");
        return creators.Count == 0
            ? Verdict.Looked(id, title, met: true, "Nobody else may.")
            : Verdict.Looked(id, title, met: false,
                $"{string.Join(", ", creators)} may create there. Remedy: revoke create on schema public from "
                    + $"{string.Join(", ", creators).Replace("PUBLIC", "public", StringComparison.Ordinal)};");
    }
}
