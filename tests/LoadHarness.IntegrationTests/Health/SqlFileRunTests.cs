using System.Diagnostics;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.IntegrationTests.Health;

public sealed class SqlFileRunTests(PostgresCluster cluster)
{
    [Fact]
    public async Task Psql_runs_the_checks_of_health_and_the_reviews_as_they_are()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        foreach (var folder in new[] { "health", "health/cluster", "review" })
            foreach (var file in Directory.EnumerateFiles(SqlFile.Shipped(folder), "*.sql"))
                await RunAsync(database, file);
    }

    // A statement that makes a table cannot be prepared, and others ask that table.
    [Fact]
    public async Task Psql_prepares_the_statements_of_the_program_after_it_made_their_tables()
    {
        var statements = SqlFile.ReadFolder("id", SqlFile.Shipped("program"))
            .SelectMany(entry => entry.Statements, (entry, text) => (entry.Name, Text: text)).ToList();
        var making = statements.Where(statement => statement.Text.StartsWith("create ", StringComparison.Ordinal)).ToList();
        using var folder = new TemporaryDirectory();
        var file = Path.Combine(folder.Path, "program.sql");
        await File.WriteAllLinesAsync(
            file,
            [
                .. making.Select(statement => $"{statement.Text};"),
                .. statements.Except(making).Select(statement => $"prepare \"{statement.Name}\" as {statement.Text};"),
            ], TestContext.Current.CancellationToken);
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await RunAsync(database, file);
    }

    private static async Task RunAsync(TestDatabase database, string file)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var binaries = (await PostgresBinaries.FindAsync(cancellationToken))!;
        var target = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var start = new ProcessStartInfo(binaries.PathOf("psql"))
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment =
            {
                ["PGHOST"] = target.Host, ["PGPORT"] = $"{target.Port}", ["PGUSER"] = target.Username, ["PGPASSWORD"] = target.Password,
                ["PGDATABASE"] = target.Database,
            },
        };
        foreach (var argument in new[] { "-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", "warn=1", "-v", "red=2", "-v", "settled=3600", "-f",
            file })
            start.ArgumentList.Add(argument);
        using var psql = Process.Start(start)!;
        var output = psql.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = await psql.StandardError.ReadToEndAsync(cancellationToken);
        await output;
        await psql.WaitForExitAsync(cancellationToken);

        Assert.True(psql.ExitCode == 0, $"{file}: {error}");
    }
}
