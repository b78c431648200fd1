using CliWrap.Buffered;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.IntegrationTests.Migration;

/// <summary>The schema as pg_dump writes it, and the rows as one checksum a table.</summary>
internal static class SchemaDump
{
    public static async Task<string> OfAsync(PostgresCluster cluster, TestDatabase database, CancellationToken cancellationToken)
    {
        var target = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var result = await CliWrap.Cli.Wrap(PgDumpOf(cluster.Server.Binaries))
            .WithArguments(["--schema-only", "--host", target.Host!, "--port", $"{target.Port}", "--username", target.Username!,
                target.Database!])
            .WithEnvironmentVariables(variables => variables.Set("PGPASSWORD", target.Password))
            .ExecuteBufferedAsync(cancellationToken);
        // Recent versions guard the script with a key drawn for each dump.
        return string.Join('\n', result.StandardOutput.Split('\n').Where(line => !line.Contains("restrict ", StringComparison.Ordinal)));
    }

    // A directory of links may hold the server's programs without this one.
    private static string PgDumpOf(PostgresBinaries binaries) =>
        File.Exists(binaries.PathOf("pg_dump")) || File.ResolveLinkTarget(binaries.InitDb, returnFinalTarget: true) is not { } initDb
            ? binaries.PathOf("pg_dump")
            : Path.Combine(Path.GetDirectoryName(initDb.FullName)!, "pg_dump");

    /// <summary>Count and content checksum of each table of the base schema, over the columns that the base schema has.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> RowsAsync(
        NpgsqlDataSource admin, IReadOnlyDictionary<string, string> columns, CancellationToken cancellationToken)
    {
        var rows = new Dictionary<string, string>();
        foreach (var (table, list) in columns)
        {
            await using var command = admin.CreateCommand(
                $"select count(*) || ' rows, ' || coalesce(sum(hash_record_extended(row({list}), 0)::numeric), 0) from {table}");
            rows[table] = (string)(await command.ExecuteScalarAsync(cancellationToken))!;
        }

        return rows;
    }

    public static async Task<IReadOnlyDictionary<string, string>> ColumnsAsync(NpgsqlDataSource admin, CancellationToken cancellationToken)
    {
        await using var command = admin.CreateCommand(
            """
            select table_name, string_agg(quote_ident(column_name), ', ' order by ordinal_position)
            from information_schema.columns
            join information_schema.tables using (table_schema, table_name)
            where table_schema = 'public' and table_type = 'BASE TABLE'
            group by table_name
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var columns = new Dictionary<string, string>();
        while (await reader.ReadAsync(cancellationToken))
            columns[reader.GetString(0)] = reader.GetString(1);
        return columns;
    }
}
