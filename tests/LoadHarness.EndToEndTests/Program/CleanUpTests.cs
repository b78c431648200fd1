using CliWrap.Buffered;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.EndToEndTests.Program;

/// <summary>The clean-up of a workload on a database that the harness did not make.</summary>
public sealed class CleanUpTests : IDisposable
{
    private const string Workload = """
        { "name": "orders", "setUp": "set-up.sql", "cleanUp": "clean-up.sql", "scenarios": { "load": { "operations": { "it": 1 },
            "simulations": [ { "kind": "iterationsForConstant", "copies": 1, "iterations": 5 } ] } },
          "seed": [ { "table": "orders", "rows": 10, "columns": { "id": { "kind": "sequential", "from": 1, "to": 10 } } } ] }
        """;

    private readonly TemporaryDirectory _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("create table orders (id int);", "42P07", "the set-up did not end")]
    [InlineData("create table if not exists orders (id int);", "orders holds rows", "the tables to seed were not accepted")]
    public async Task A_table_that_was_there_before_outlives_a_set_up_that_failed_and_a_seed_that_was_refused(
        string setUp, string fault, string reason)
    {
        await using var database = await GivenAsync();
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        await ExecuteAsync(admin, "create table orders (id int); insert into orders values (4711)");

        var ended = await RunAsync(database, setUp, "select 1;");

        Assert.True(ended.ExitCode == 2, ended.StandardError + ended.StandardOutput);
        Assert.Contains(fault, ended.StandardError, StringComparison.Ordinal);
        Assert.Contains($"The clean-up was not run, as {reason}", ended.StandardOutput, StringComparison.Ordinal);
        Assert.Equal(4711, await AskAsync(admin, "select id from orders"));
    }

    [Theory]
    [InlineData("select 1;", 5)]
    [InlineData("select * from nowhere;", 2)]
    public async Task What_the_set_up_made_is_gone_after_the_run_and_after_a_failure_later(string statement, int exitCode)
    {
        await using var database = await GivenAsync();
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);

        var ended = await RunAsync(database, "create table orders (id int);", statement);

        Assert.True(ended.ExitCode == exitCode, ended.StandardError + ended.StandardOutput);
        Assert.DoesNotContain("The clean-up", ended.StandardOutput, StringComparison.Ordinal);
        Assert.True((bool?)await AskAsync(admin, "select to_regclass('orders') is null"));
    }

    private static Task<Database> GivenAsync() => Provisioner.ProvisionAsync(
        new(new DatabaseTarget.Native(), ServerProfile.Checklist, Keep: false, Force: false), SilentProgress.Instance,
        TestContext.Current.CancellationToken);

    private async Task<BufferedCommandResult> RunAsync(Database database, string setUp, string statement)
    {
        var folder = Path.Combine(_files.Path, "orders");
        Directory.CreateDirectory(folder);
        await WriteAsync("workload.json", Workload);
        await WriteAsync("statements.sql", $"-- name: it\n{statement}\n");
        await WriteAsync("set-up.sql", setUp);
        await WriteAsync("clean-up.sql", "drop table orders;");
        return await BuiltProgram.RunAsync(
            "--workload", folder, "--database", database.AdminConnectionString, "--out", Path.Combine(_files.Path, "out"));

        Task WriteAsync(string name, string text) =>
            File.WriteAllTextAsync(Path.Combine(folder, name), text, TestContext.Current.CancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<object?> AskAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
