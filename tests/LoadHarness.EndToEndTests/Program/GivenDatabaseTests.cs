using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.EndToEndTests.Program;

public sealed class GivenDatabaseTests : IDisposable
{
    private readonly TemporaryDirectory _output = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task A_given_database_that_holds_tables_is_refused_and_stays_as_it_is()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var database = await Provisioner.ProvisionAsync(
            new(new DatabaseTarget.Native(), ServerProfile.Checklist, Keep: false, Force: false), SilentProgress.Instance,
                cancellationToken);
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        await using (var create = admin.CreateCommand(
            "create table precious (id int); insert into precious values (1)")) await create.ExecuteNonQueryAsync(cancellationToken);

        var ended = await BuiltProgram.RunAsync(
            "run", "--contacts", "5000", "--profile", "smoke", "--database", database.AdminConnectionString, "--out", _output.Path);

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("--force", ended.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain(new NpgsqlConnectionStringBuilder(database.AdminConnectionString).Password!,
            ended.StandardError + ended.StandardOutput, StringComparison.Ordinal);
        await using var tables = admin.CreateCommand(
            "select string_agg(relname, ',') from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace");
        Assert.Equal("precious", await tables.ExecuteScalarAsync(cancellationToken));
    }
}
