using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Verdicts;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Reporting;
using Npgsql;

namespace LoadHarness.EndToEndTests.Program;

/// <summary>A given server whose login is no superuser, as services hand it out.</summary>
public sealed class ManagedServiceTests : IDisposable
{
    // What the migration's own hint asks an administrator for.
    private const string RolesByAdministrator =
        """
        create role lh_owner nologin;
        create role lh_app nologin;
        create role lh_readonly nologin;
        create role lh_worker nologin;
        create role lh_jobs login;
        grant lh_owner, lh_app, lh_readonly, lh_worker, lh_jobs to service;
        """;

    private readonly TemporaryDirectory _output = new();

    public void Dispose() => _output.Dispose();

    [Theory]
    [InlineData("createrole", "")]
    [InlineData("nocreaterole", RolesByAdministrator)]
    public async Task A_role_that_is_no_superuser_migrates_seeds_and_runs_and_what_it_may_not_do_is_unavailable(
        string may, string byAdministrator)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var server = await Provisioner.ProvisionAsync(
            new(new DatabaseTarget.Native(), ServerProfile.Checklist, Keep: false, Force: false), SilentProgress.Instance,
                cancellationToken);
        await using var admin = NpgsqlDataSource.Create(server.AdminConnectionString);
        foreach (var sql in new[] { $"create role service login createdb {may} password 'plain'", byAdministrator,
            "create database crm owner service" }.Where(sql => sql.Length > 0))
        {
            await using var command = admin.CreateCommand(sql);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        var login = new NpgsqlConnectionStringBuilder(server.AdminConnectionString)
        {
            Database = "crm",
            Username = "service",
            Password = "plain",
        };
        var ended = await BuiltProgram.RunAsync(
            "run", "--contacts", "2000", "--profile", BuiltProgram.TinyProfile, "--database", login.ConnectionString, "--out",
            _output.Path);

        Assert.True(ended.ExitCode is 0 or 3 or 5, ended.StandardError);
        Assert.DoesNotContain("WAL segments", ended.StandardOutput, StringComparison.Ordinal);
        var run = await RunJson.ReadAsync(
            Path.Combine(Assert.Single(Directory.GetDirectories(_output.Path)), "run.json"), cancellationToken);
        Assert.Null(run.IncompleteReason);
        Assert.All(run.Scenarios, scenario => Assert.Equal(0, scenario.Accounting.Failed));
        Assert.False(run.Server!.Capabilities.Single(capability => capability.Name == ServerCapabilities.Superuser).Available);
        Assert.All(
            run.Checklist.Where(row => row.Id is "EX-1" or "EX-2" or "EX-5" or "MO-1" or "MO-6" or "MA-3"),
            row => Assert.True(row.Kind == VerdictKind.Unavailable, $"{row.Id} is {row.Kind}: {row.Evidence}"));
    }
}
